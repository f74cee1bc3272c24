/// Where chains begin and end: the cut points with the smallest peak.
///
/// What a chain takes depends on its own two ends alone, since every value that crosses an end is stored whole, so that the best
/// cuts follow from dynamic programming over the ends (minimax). Of all cuts with that peak, those are taken that run the fewest
/// steps in chains of several. Chains that cannot help are never looked at: those that start where the peak of the
/// steps behind, one by one, is no higher than what the cuts in front of them cost already, and those whose lines alone exceed
/// the best peak known.
struct ChainSearch {
    /// The chains' steps, in order.
    private(set) var ranges: [Range<Int>] = []

    private let schedule: Schedule
    private let options: PlanOptions
    private let measure: Measure
    private var costs: [Range<Int>: Cost] = [:]
    /// Passes that were looked at.
    private var work = 0

    /// What a chain is judged by. Neither is exact before offsets are assigned: lines can come to lie where a map is not yet, but only
    /// where the geometry allows.
    enum Measure: CaseIterable {
        /// The most in maps plus the most in lines.
        case sum
        /// The most in both at once: never above what the chain takes.
        case bound
    }

    private struct Cost {
        let peak: Int
        /// What a longer chain from the same start takes at least.
        let floor: Int
    }

    /// Passes that may be looked at: a few tenths of a second.
    private static let mostWork = 2_000_000
    /// Steps in one chain.
    private static let longest = 48

    init(_ schedule: Schedule, _ options: PlanOptions, by measure: Measure) {
        self.measure = measure
        self.schedule = schedule
        self.options = options
        let count = schedule.steps.count
        let single = (0..<count).map { $0..<$0 + 1 }
        guard options.stripes != .off else {
            ranges = single
            return
        }
        let peak = smallestPeak()
        ranges = fewestChained(peak: peak)
    }

    /// The first step that may be in a chain with others.
    private var start: Int { options.pushesRows ? 0 : 1 }

    private mutating func cost(_ range: Range<Int>) -> Cost {
        if let known = costs[range] { return known }
        let chain = Chain(schedule, range)
        let memory = ChainMemory(
            chain, alignment: options.alignment, reusesRows: options.reusesRows, recordsPairs: false)
        work += 3 * chain.order.count
        let lines = chain.storages.lazy.filter { !$0.isWhole && $0.heldRows > 1 }.map(\.bytes).reduce(0, +)
        let cost = Cost(peak: measure == .sum ? memory.estimate : memory.peakBytes, floor: lines)
        costs[range] = cost
        return cost
    }

    private mutating func smallestPeak() -> Int {
        let count = schedule.steps.count
        let singles = (0..<count).map { cost($0..<$0 + 1).peak }
        // The peak of steps one by one, from each to the end.
        var suffix = [Int](repeating: 0, count: count + 1)
        for step in (0..<count).reversed() { suffix[step] = max(singles[step], suffix[step + 1]) }
        var labels = [Int](repeating: .max, count: count + 1)
        labels[0] = 0
        var best = suffix[0]
        for first in 0..<count where labels[first] < .max {
            let label = labels[first]
            labels[first + 1] = min(labels[first + 1], max(label, singles[first]))
            best = min(best, max(label, suffix[first]))
            guard first >= start, label < best, suffix[first] > label else { continue }
            for end in stride(from: first + 2, through: min(count, first + Self.longest), by: 1) {
                guard work < Self.mostWork else { break }
                let cost = cost(first..<end)
                let peak = max(label, cost.peak)
                labels[end] = min(labels[end], peak)
                best = min(best, max(peak, suffix[end]))
                if cost.floor >= best { break }
            }
        }
        return labels[count]
    }

    private mutating func fewestChained(peak: Int) -> [Range<Int>] {
        let count = schedule.steps.count
        var chained = [Int](repeating: .max, count: count + 1)
        var previous = [Int](repeating: 0, count: count + 1)
        chained[0] = 0
        for first in 0..<count where chained[first] < .max {
            func reach(_ end: Int, _ steps: Int) {
                guard chained[first] + steps < chained[end] else { return }
                chained[end] = chained[first] + steps
                previous[end] = first
            }
            if cost(first..<first + 1).peak <= peak { reach(first + 1, 0) }
            guard first >= start,
                (first..<min(count, first + Self.longest)).contains(where: { cost($0..<$0 + 1).peak > peak })
            else { continue }
            for end in stride(from: first + 2, through: min(count, first + Self.longest), by: 1) {
                guard costs[first..<end] != nil || work < 2 * Self.mostWork else { break }
                let cost = cost(first..<end)
                if cost.peak <= peak { reach(end, end - first) }
                if cost.floor > peak { break }
            }
        }
        var ranges: [Range<Int>] = []
        var end = count
        while end > 0 {
            ranges.append(previous[end]..<end)
            end = previous[end]
        }
        return ranges.reversed()
    }
}
