import Lowering
import Networks

/// What has to lie in the arena for given stripes: buffers with their lives, and which of them may share bytes.
struct BufferLives {
    private(set) var buffers: [Buffer] = []
    private(set) var sharings: [ArenaLayout.Sharing] = []
    private(set) var stripes: [MemoryPlan.Stripe] = []
    /// For each step the buffer of its value, those of its scratch, and the most that is alive in one of its passes.
    private(set) var places: [Int] = []
    private(set) var scratch: [[Int]] = []
    private(set) var liveBytes: [Int] = []

    private let schedule: Schedule
    private let options: PlanOptions

    init(_ schedule: Schedule, _ ranges: [Range<Int>], _ options: PlanOptions) {
        self.schedule = schedule
        self.options = options
        for range in ranges { add(range) }
        for step in schedule.steps.indices where schedule.steps[step].isOutput {
            buffers[places[step]].last = schedule.steps.count - 1
        }
    }

    private mutating func add(_ range: Range<Int>) {
        let chain = Chain(schedule, range)
        let memory = ChainMemory(
            chain, alignment: options.alignment, reusesRows: options.reusesRows, recordsPairs: true)
        stripes.append(MemoryPlan.Stripe(steps: range, order: chain.order))
        liveBytes += memory.liveBytes
        for step in range {
            for operand in schedule.steps[step].operands where operand.value < range.lowerBound {
                buffers[places[operand.value]].last = range.upperBound - 1
            }
        }
        let reused = range.count == 1 ? bufferInPlace(range.lowerBound, chain.dying) : nil
        let indices = addStorages(of: chain, over: reused)
        let work = addScratch(memory, of: chain, behind: indices)
        if reused == nil, options.reusesRows { slide(chain, memory, indices) }
        for a in work.indices {
            for b in work.indices where a < b {
                guard let (first, second) = both(work[a], work[b]),
                    !memory.together.contains(ChainMemory.Pair(first: a, second: b))
                else { continue }
                sharings.append(ArenaLayout.Sharing(lower: first, upper: second, distance: nil))
            }
        }
    }

    private func both(_ a: Int?, _ b: Int?) -> (Int, Int)? {
        guard let a, let b else { return nil }
        return (a, b)
    }

    /// The buffer that a step alone writes over. The oldest lives on, as one that lives through many blocks is easier to place than
    /// many that do not.
    private func bufferInPlace(_ step: Int, _ dying: [Int]) -> Int? {
        schedule.steps[step].operands.filter { $0.isElementwise && dying.contains($0.value) }.map { places[$0.value] }
            .min()
    }

    /// Adds the buffers of a chain's values; returns one for each storage.
    private mutating func addStorages(of chain: Chain, over reused: Int?) -> [Int] {
        let range = chain.range
        let indices = chain.storages.map { storage in
            if let reused { return reused }
            let step = storage.members[0]
            let node = schedule.steps[step].nodes[0]
            let role: Buffer.Role =
                schedule.steps[step].isArrival
                ? .input : storage.isWhole || storage.heldRows == storage.rows ? .activation : .lines
            buffers.append(
                Buffer(
                    name: schedule.names[node.index], role: role, bytes: storage.bytes, rows: storage.heldRows,
                    first: range.lowerBound, last: range.upperBound - 1))
            return buffers.count - 1
        }
        for step in range { places.append(indices[chain.places[step - range.lowerBound]]) }
        return indices
    }

    /// Adds scratch; returns the buffers in the numbering of `ChainMemory.together`, nil for values that are stored whole.
    private mutating func addScratch(_ memory: ChainMemory, of chain: Chain, behind storages: [Int]) -> [Int?] {
        let range = chain.range
        var work: [Int?] = zip(chain.storages, storages).map { $0.isWhole ? nil : $1 }
        for _ in range { scratch.append([]) }
        for (step, need) in memory.scratch {
            let name = schedule.names[schedule.steps[step].nodes[0].index]
            scratch[step].append(buffers.count)
            work.append(buffers.count)
            buffers.append(
                Buffer(
                    name: name.isEmpty ? need.name : "\(name).\(need.name)", role: .scratch, bytes: need.bytes,
                    first: range.lowerBound, last: range.upperBound - 1))
        }
        return work
    }

    /// Values stored whole may lie over dying ones from below.
    private mutating func slide(_ chain: Chain, _ memory: ChainMemory, _ indices: [Int]) {
        for (place, storage) in chain.storages.enumerated() where storage.isWhole {
            for (index, value) in chain.dying.enumerated() {
                let distance = memory.distances[place][index]
                guard distance < storage.bytes else { continue }
                sharings.append(
                    ArenaLayout.Sharing(lower: indices[place], upper: places[value], distance: distance))
            }
        }
    }
}
