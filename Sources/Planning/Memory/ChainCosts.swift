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
        let chain = Chain(schedule, range)
        let memory = ChainMemory(chain, alignment: alignment, reusesRows: reusesRows, recordsPairs: false)
        work += 3 * chain.order.count
        let lines = chain.storages.lazy.filter { !$0.isWhole && $0.heldRows > 1 }.map(\.bytes).reduce(0, +)
        let cost = Cost(sum: memory.estimate, bound: memory.peakBytes, floor: lines)
        costs[range] = cost
        return cost
    }
}
