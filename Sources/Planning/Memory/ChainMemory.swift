import Lowering

/// What a chain takes of the arena, pass by pass: it replays the order of passes and looks at what is alive.
struct ChainMemory {
    /// For each step of the chain the most that is alive in one of its passes, aligned.
    private(set) var liveBytes: [Int]
    /// At least what the chain's most demanding moment takes.
    private(set) var peakBytes = 0
    /// What it takes where maps slide over each other perfectly and lines lie apart from them.
    var estimate: Int { passing + mostInMaps + mostInLines }
    /// For each whole storage of the chain (first) and each dying value (second) how far above the storage the value has to lie.
    private(set) var distances: [[Int]]
    /// Pairs of lines and scratch that hold something at the same time, lines numbered like storages, scratch behind them.
    private(set) var together: Set<Pair> = []
    /// Scratch of the steps, in order.
    private(set) var scratch: [(step: Int, scratch: Scratch)] = []

    struct Pair: Hashable {
        let first: Int
        let second: Int
    }

    private let chain: Chain
    private let alignment: Int
    private let reusesRows: Bool
    private let recordsPairs: Bool
    private var progress: [Int]
    private var written: [Int]
    private var firstNeeded: [Int]
    private var firstNeededOfDying: [Int]
    /// Lines and scratch that hold something.
    private var alive: [Int] = []
    private var isAlive: [Bool]
    private let scratchOfSteps: [Range<Int>]
    private var passing = 0
    private var dyingBytes = 0
    private var writtenBytes = 0
    private var lineBytes = 0
    private var mostInMaps = 0
    private var mostInLines = 0

    /// Replays a chain.
    ///
    /// - Parameter recordsPairs: whether `together` and `distances` are wanted.
    init(_ chain: Chain, alignment: Int, reusesRows: Bool, recordsPairs: Bool) {
        self.chain = chain
        self.alignment = alignment
        self.reusesRows = reusesRows
        self.recordsPairs = recordsPairs
        var scratchOfSteps: [Range<Int>] = []
        for step in chain.range {
            let first = scratch.count
            for item in chain.schedule.steps[step].scratch { scratch.append((step, item)) }
            scratchOfSteps.append(first..<scratch.count)
        }
        self.scratchOfSteps = scratchOfSteps
        liveBytes = [Int](repeating: 0, count: chain.range.count)
        progress = liveBytes
        written = [Int](repeating: 0, count: chain.storages.count)
        firstNeeded = written
        firstNeededOfDying = [Int](repeating: 0, count: chain.dying.count)
        isAlive = [Bool](repeating: false, count: chain.storages.count + scratch.count)
        distances = [[Int]](repeating: [Int](repeating: 0, count: chain.dying.count), count: chain.storages.count)
        for value in chain.passing { passing += aligned(chain.schedule.steps[value].bytes) }
        for value in chain.dying { dyingBytes += aligned(chain.schedule.steps[value].bytes) }
        if !reusesRows {
            for storage in chain.storages where storage.isWhole { writtenBytes += aligned(storage.bytes) }
        }
        for task in chain.order { replay(task) }
    }

    private func aligned(_ bytes: Int) -> Int { (bytes + alignment - 1) / alignment * alignment }

    private mutating func replay(_ task: RowTask) {
        let local = task.step - chain.range.lowerBound
        let place = chain.places[local]
        let isLast = task.pass + 1 == chain.schedule.steps[task.step].passes
        let end =
            chain.schedule.steps[task.step].writesAtEnd ? (isLast ? chain.storages[place].rows : 0) : task.pass + 1
        if end > written[place] { write(place, rows: end) }
        if !chain.storages[place].isWhole, end > 0 { setAlive(place, true) }
        let own = scratchOfSteps[local]
        for index in own { setAlive(chain.storages.count + index, true) }
        measure(task, place)
        if recordsPairs { record(task, place) }

        progress[local] = task.pass + 1
        for index in own where !scratch[index].scratch.isKept || isLast {
            setAlive(chain.storages.count + index, false)
        }
        for operand in chain.schedule.steps[task.step].operands.indices {
            let value = chain.schedule.steps[task.step].operands[operand].value
            if value >= chain.range.lowerBound {
                update(chain.places[value - chain.range.lowerBound])
            } else if let index = chain.dying.firstIndex(of: value) {
                let first = rowNeeded(of: value, rows: chain.schedule.steps[value].rows)
                if reusesRows {
                    dyingBytes -= (first - firstNeededOfDying[index]) * chain.schedule.steps[value].rowBytes
                }
                firstNeededOfDying[index] = first
            }
        }
        update(place)
    }

    /// A map that slides over another one may reach into it with the bytes that only alignment adds, so that they count for others alone.
    private mutating func write(_ place: Int, rows: Int) {
        guard chain.storages[place].isWhole else {
            written[place] = rows
            return
        }
        if reusesRows {
            writtenBytes += (rows - written[place]) * chain.storages[place].rowBytes
            if rows == chain.storages[place].rows, chain.dying.isEmpty {
                writtenBytes += aligned(chain.storages[place].bytes) - chain.storages[place].bytes
            }
        }
        written[place] = rows
    }

    private mutating func setAlive(_ item: Int, _ value: Bool) {
        guard isAlive[item] != value else { return }
        isAlive[item] = value
        let count = chain.storages.count
        let bytes = aligned(item < count ? chain.storages[item].bytes : scratch[item - count].scratch.bytes)
        lineBytes += value ? bytes : -bytes
        guard recordsPairs else { return }
        if value {
            for other in alive { together.insert(Pair(first: min(item, other), second: max(item, other))) }
            alive.append(item)
        } else {
            alive.removeAll { $0 == item }
        }
    }

    private mutating func update(_ place: Int) {
        guard !chain.storages[place].isWhole else { return }
        var first = chain.storages[place].rows
        for value in chain.storages[place].members { first = min(first, rowNeeded(of: value, rows: first)) }
        firstNeeded[place] = first
        setAlive(place, first < written[place])
    }

    private func rowNeeded(of value: Int, rows: Int, exceptBy skipped: Int? = nil) -> Int {
        var first = rows
        for reader in chain.schedule.steps[value].readers {
            guard chain.range.contains(reader.step), reader.step != skipped else { continue }
            let pass = progress[reader.step - chain.range.lowerBound]
            guard pass < reader.passes else { continue }
            first = min(first, Int(chain.schedule.firstRows[reader.base + pass]))
        }
        return first
    }

    /// The first row of a dying value that a write of this pass to its storage may not touch; the row that the pass itself reads is
    /// free where it is written over in place.
    private func firstProtected(_ index: Int, _ task: RowTask, _ storage: Chain.Storage) -> Int {
        let value = chain.dying[index]
        guard storage.isWhole, storage.members[0] == task.step,
            chain.schedule.steps[value].rowBytes == storage.rowBytes, chain.schedule.steps[value].rows == storage.rows,
            chain.schedule.steps[task.step].operands.contains(where: { $0.value == value && $0.isElementwise })
        else { return firstNeededOfDying[index] }
        return min(task.pass + 1, rowNeeded(of: value, rows: storage.rows, exceptBy: task.step))
    }

    private mutating func measure(_ task: RowTask, _ place: Int) {
        let local = task.step - chain.range.lowerBound
        var maps = dyingBytes + writtenBytes
        if chain.storages[place].isWhole {
            for (index, value) in chain.dying.enumerated() {
                let rows = firstProtected(index, task, chain.storages[place]) - firstNeededOfDying[index]
                guard rows > 0 else { continue }
                maps -=
                    reusesRows
                    ? rows * chain.schedule.steps[value].rowBytes : aligned(chain.schedule.steps[value].bytes)
                break
            }
        }
        mostInMaps = max(mostInMaps, maps)
        mostInLines = max(mostInLines, lineBytes)
        let live = aligned(passing + maps + lineBytes)
        liveBytes[local] = max(liveBytes[local], live)
        peakBytes = max(peakBytes, live)
    }

    /// What this pass writes of a whole storage may not reach what it or a later pass reads of a dying value.
    private mutating func record(_ task: RowTask, _ place: Int) {
        let storage = chain.storages[place]
        guard storage.isWhole else { return }
        for (index, value) in chain.dying.enumerated() {
            let needed = firstProtected(index, task, storage)
            let distance = written[place] * storage.rowBytes - needed * chain.schedule.steps[value].rowBytes
            distances[place][index] = max(distances[place][index], distance)
        }
    }
}
