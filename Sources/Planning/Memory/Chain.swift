import Lowering

/// One pass of one step: the unit in which chains run.
public struct RowTask: Sendable, Hashable {
    /// Index of the step.
    public let step: Int
    /// Which of its passes: the output row that it writes (a global mean: the row that it adds).
    public let pass: Int

    /// A pass by its numbers.
    public init(step: Int, pass: Int) {
        self.step = step
        self.pass = pass
    }
}

/// Consecutive steps that run together, row by row, and the order of their passes.
///
/// Values that somebody reads behind the chain are stored whole; all others pass through as many rows as are needed at once. The
/// order is driven by demand: of the values stored whole, the one that has the smallest part of its passes behind it (the latest
/// of several) is brought one pass further; a pass that lacks a row of an operand has its writer run first, and so on. Nothing is
/// computed twice, and rows that nobody needs are not computed at all.
///
/// A chain of one step computes its whole map.
struct Chain {
    /// Where values of this chain lie: one for values that are written over each other in place.
    struct Storage {
        /// The steps that write to it, in order.
        var members: [Int]
        let rows: Int
        let rowBytes: Int
        /// Whether it is read behind the chain.
        let isWhole: Bool
        /// Rows that it has room for: all of a whole one.
        var heldRows: Int
        var bytes: Int { heldRows * rowBytes }
    }

    let schedule: Schedule
    let range: Range<Int>
    private(set) var storages: [Storage] = []
    /// For each step of the chain the index of its storage.
    private(set) var places: [Int] = []
    /// Values from in front of the chain that nobody reads behind it.
    private(set) var dying: [Int] = []
    /// Values from in front of the chain that are read in or behind it and still are behind it.
    private(set) var passing: [Int] = []
    private(set) var order: [RowTask] = []

    private var progress: [Int]
    private var written: [Int]

    /// The steps of `range`, in order; the image may be held or arrive in the chain.
    init(_ schedule: Schedule, _ range: Range<Int>) {
        self.schedule = schedule
        self.range = range
        progress = [Int](repeating: 0, count: range.count)
        written = [Int](repeating: 0, count: range.count)
        for value in 0..<range.lowerBound {
            let step = schedule.steps[value]
            let last = step.isOutput ? Int.max : step.lastReader(value)
            if last >= range.upperBound {
                passing.append(value)
            } else if last >= range.lowerBound {
                dying.append(value)
            }
        }
        assignStorages()
        run()
    }

    private func isWhole(_ value: Int) -> Bool {
        let step = schedule.steps[value]
        return step.isOutput || step.readers.isEmpty || step.lastReader(value) >= range.upperBound
    }

    /// An element-wise step writes over a value of the chain that it alone reads.
    private mutating func assignStorages() {
        for value in range {
            let step = schedule.steps[value]
            let reused = step.operands.first { operand in
                guard operand.isElementwise, operand.value >= range.lowerBound else { return false }
                let source = schedule.steps[operand.value]
                return source.readers.count == 1 && !source.isOutput && !source.writesAtEnd
            }
            if let reused {
                let place = places[reused.value - range.lowerBound]
                places.append(place)
                storages[place].members.append(value)
            } else {
                places.append(storages.count)
                storages.append(
                    Storage(
                        members: [value], rows: step.rows, rowBytes: step.rowBytes, isWhole: false, heldRows: 0))
            }
        }
        storages = storages.map { storage in
            let isWhole = storage.members.contains(where: isWhole)
            return Storage(
                members: storage.members, rows: storage.rows, rowBytes: storage.rowBytes, isWhole: isWhole,
                heldRows: isWhole ? storage.rows : 0)
        }
    }

    // MARK: - The order of passes

    private mutating func run() {
        let sinks = range.filter { isWhole($0) }
        order.reserveCapacity(range.reduce(0) { $0 + schedule.steps[$1].passes })
        while true {
            var chosen: Int?
            for sink in sinks where progress[sink - range.lowerBound] < schedule.steps[sink].passes {
                guard let other = chosen else {
                    chosen = sink
                    continue
                }
                // progress / passes, compared without division.
                let mine = progress[sink - range.lowerBound] * schedule.steps[other].passes
                let others = progress[other - range.lowerBound] * schedule.steps[sink].passes
                if mine <= others { chosen = sink }
            }
            guard let chosen else { return }
            runPass(of: chosen)
        }
    }

    private mutating func runPass(of step: Int) {
        let local = step - range.lowerBound
        let pass = progress[local]
        for index in schedule.steps[step].operands.indices {
            let value = schedule.steps[step].operands[index].value
            guard value >= range.lowerBound else { continue }
            let last = Int(schedule.steps[step].operands[index].lastRows[pass])
            while written[value - range.lowerBound] <= last { runPass(of: value) }
        }
        order.append(RowTask(step: step, pass: pass))
        let isLast = pass + 1 == schedule.steps[step].passes
        written[local] = schedule.steps[step].writesAtEnd ? (isLast ? schedule.steps[step].rows : 0) : pass + 1
        hold(places[local], row: written[local])
        progress[local] = pass + 1
    }

    /// Makes room in a storage up to a row that was just written.
    private mutating func hold(_ place: Int, row end: Int) {
        guard !storages[place].isWhole, end > 0 else { return }
        let held = max(1, end - firstNeeded(place))
        if held > storages[place].heldRows { storages[place].heldRows = held }
    }

    /// The first row of a storage that a pass still to come reads.
    private func firstNeeded(_ place: Int) -> Int {
        var first = storages[place].rows
        for value in storages[place].members {
            for reader in schedule.steps[value].readers {
                let pass = progress[reader.step - range.lowerBound]
                guard pass < reader.passes else { continue }
                first = min(first, Int(schedule.firstRows[reader.base + pass]))
            }
        }
        return first
    }
}
