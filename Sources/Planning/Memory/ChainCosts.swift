import Dispatch
import Lowering
import Synchronization

/// What chains of one schedule take, each worked out once: several searches ask for the same ones.
final class ChainCosts {
    /// What a search looks at.
    struct Cost {
        /// The most in maps plus the most in lines.
        let sum: Int
        /// The most in both at once: never above what the chain takes.
        let bound: Int
        /// What a longer chain from the same start takes at least.
        let floor: Int
    }

    let schedule: Schedule
    private let alignment: Int
    private let reusesRows: Bool
    private var costs: [Range<Int>: Cost] = [:]

    /// Passes that were looked at, a measure of the time that it took.
    private(set) var work = 0

    init(_ schedule: Schedule, alignment: Int, reusesRows: Bool) {
        self.schedule = schedule
        self.alignment = alignment
        self.reusesRows = reusesRows
    }

    /// Whether the answer is there already.
    func isKnown(_ range: Range<Int>) -> Bool { costs[range] != nil }

    /// What the chain of `range` takes.
    subscript(range: Range<Int>) -> Cost {
        if let known = costs[range] { return known }
        let found = Self.cost(of: range, schedule, alignment: alignment, reusesRows: reusesRows)
        store(found, of: range)
        return found.cost
    }

    /// Works out the chains that are not known yet, on all cores.
    func prepare(_ ranges: [Range<Int>]) {
        let unknown = ranges.filter { !isKnown($0) }
        guard unknown.count > 1 else { return }
        let (schedule, alignment, reusesRows) = (schedule, alignment, reusesRows)
        let found = Mutex([(cost: Cost, work: Int)?](repeating: nil, count: unknown.count))
        DispatchQueue.concurrentPerform(iterations: unknown.count) { index in
            let result = Self.cost(of: unknown[index], schedule, alignment: alignment, reusesRows: reusesRows)
            found.withLock { $0[index] = result }
        }
        for (range, result) in zip(unknown, found.withLock { $0 }) { if let result { store(result, of: range) } }
    }

    private func store(_ found: (cost: Cost, work: Int), of range: Range<Int>) {
        costs[range] = found.cost
        work += found.work
    }

    private static func cost(
        of range: Range<Int>, _ schedule: Schedule, alignment: Int, reusesRows: Bool
    ) -> (cost: Cost, work: Int) {
        let chain = Chain(schedule, range)
        let memory = ChainMemory(chain, alignment: alignment, reusesRows: reusesRows, recordsPairs: false)
        let lines = chain.storages.lazy.filter { !$0.isWhole && $0.heldRows > 1 }.map(\.bytes).reduce(0, +)
        return (Cost(sum: memory.estimate, bound: memory.peakBytes, floor: lines), 3 * chain.order.count)
    }
}
