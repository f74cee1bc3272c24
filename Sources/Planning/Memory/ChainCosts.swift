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
    private let known: KnownChains?
    /// The steps' numbers in `known`.
    private let forms: [Int]
    /// For each value the last step that reads it; beyond all steps for an output.
    private let lastReaders: [Int]
    /// By their first step and their length: searches ask hundreds of times for each step.
    private var costs: [[Cost?]]

    /// Passes that were looked at, a measure of the time that it took; what others looked at before counts as well,
    /// so that the
    /// outcome of a search does not depend on what was known.
    private(set) var work = 0

    /// - Parameter known: what chains of other networks take.
    init(_ schedule: Schedule, alignment: Int, reusesRows: Bool, known: KnownChains? = nil) {
        self.schedule = schedule
        self.alignment = alignment
        self.reusesRows = reusesRows
        self.known = known
        forms = known?.numbers(of: schedule) ?? []
        costs = [[Cost?]](repeating: [], count: schedule.steps.count)
        lastReaders = schedule.steps.enumerated().map { value, step in
            step.isOutput ? .max : step.lastReader(value)
        }
    }

    /// Whether the answer is there already.
    func isKnown(_ range: Range<Int>) -> Bool { cost(of: range) != nil }

    private func cost(of range: Range<Int>) -> Cost? {
        let own = costs[range.lowerBound]
        return range.count < own.count ? own[range.count] : nil
    }

    /// What the chain of `range` takes.
    subscript(range: Range<Int>) -> Cost {
        if let cost = cost(of: range) { return cost }
        guard let known else { return store(find(range), of: range) }
        let (key, passing) = key(of: range)
        if let found = known[key] { return store(found, of: range, passing: passing) }
        let all = find(range)
        known[key] = KnownChains.Found(
            sum: all.sum - passing, bound: all.bound - passing, floor: all.floor, work: all.work)
        return store(all, of: range)
    }

    /// Works out the chains that are not known yet, on all cores; where many networks are looked at, these are at
    /// work already.
    func prepare(_ ranges: [Range<Int>]) {
        let unknown = ranges.filter { !isKnown($0) }
        guard unknown.count > 1 else { return }
        guard known == nil else {
            for range in unknown { _ = self[range] }
            return
        }
        let (schedule, alignment, reusesRows) = (schedule, alignment, reusesRows)
        let found = Mutex([KnownChains.Found?](repeating: nil, count: unknown.count))
        DispatchQueue.concurrentPerform(iterations: unknown.count) { index in
            let result = Self.cost(of: unknown[index], schedule, alignment: alignment, reusesRows: reusesRows)
            found.withLock { $0[index] = result }
        }
        for (range, result) in zip(unknown, found.withLock { $0 }) { if let result { store(result, of: range) } }
    }

    @discardableResult
    private func store(_ found: KnownChains.Found, of range: Range<Int>, passing: Int = 0) -> Cost {
        let cost = Cost(sum: found.sum + passing, bound: found.bound + passing, floor: found.floor)
        while costs[range.lowerBound].count <= range.count { costs[range.lowerBound].append(nil) }
        costs[range.lowerBound][range.count] = cost
        work += found.work
        return cost
    }

    private func find(_ range: Range<Int>) -> KnownChains.Found {
        Self.cost(of: range, schedule, alignment: alignment, reusesRows: reusesRows)
    }

    /// What a chain depends on, and the bytes of values that only pass by. Those are whole multiples of the
    /// alignment, so that they add to
    /// what a chain takes and change nothing else.
    private func key(of range: Range<Int>) -> (key: KnownChains.Key, passing: Int) {
        var numbers = [alignment, reusesRows ? 1 : 0, range.count]
        numbers.reserveCapacity(2 * range.count + 12)
        for step in range {
            // Stored whole: what is read behind the chain, or nowhere.
            let isWhole = lastReaders[step] >= range.upperBound || lastReaders[step] == step
            numbers.append(forms[step] << 1 | (isWhole ? 1 : 0))
        }
        var passing = 0
        for value in 0..<range.lowerBound where lastReaders[value] >= range.lowerBound {
            if lastReaders[value] >= range.upperBound {
                passing += (schedule.steps[value].bytes + alignment - 1) / alignment * alignment
            } else {
                numbers += [range.lowerBound - value, schedule.steps[value].rows, schedule.steps[value].rowBytes]
            }
        }
        return (KnownChains.Key(numbers: numbers), passing)
    }

    private static func cost(
        of range: Range<Int>, _ schedule: Schedule, alignment: Int, reusesRows: Bool
    ) -> KnownChains.Found {
        let chain = Chain(schedule, range)
        let memory = ChainMemory(chain, alignment: alignment, reusesRows: reusesRows, recordsPairs: false)
        let lines = chain.storages.lazy.filter { !$0.isWhole && $0.heldRows > 1 }.map(\.bytes).reduce(0, +)
        return KnownChains.Found(
            sum: memory.estimate, bound: memory.peakBytes, floor: lines, work: 3 * chain.order.count)
    }
}
