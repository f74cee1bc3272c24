import Lowering

/// Where chains begin and end: the cut points with the smallest peak.
///
/// What a chain takes depends on its own two ends alone, since every value that crosses an end is stored whole, so
/// that the best
/// cuts follow from dynamic programming over the ends (minimax). Of all cuts with that peak, those are taken that run
/// the fewest
/// steps in chains of several. Chains that cannot help are never looked at: those that start where the peak of the
/// steps behind, one by one, is no higher than what the cuts in front of them cost already, those that end where the
/// values that
/// cross the end take more than the best peak known, and those whose lines alone exceed it.
struct ChainSearch {
    /// The chains' steps, in order.
    private(set) var ranges: [Range<Int>] = []
    /// What the fullest of them takes by the measure.
    private(set) var peak = 0

    private let costs: ChainCosts
    private let options: PlanOptions
    private let measure: Measure
    private let mostWork: Int
    /// For each end of a chain the bytes of the values that cross it.
    private let crossing: [Int]
    /// Steps in which the image arrives.
    private let arrivals: [Int]

    /// What a chain is judged by. Neither is exact before offsets are assigned: lines can come to lie where a map is
    /// not yet, but only
    /// where the geometry allows.
    enum Measure: CaseIterable {
        /// The most in maps plus the most in lines.
        case sum
        /// The most in both at once: never above what the chain takes.
        case bound
    }

    /// Passes that may be looked at: a few tenths of a second.
    private static let mostWork = 2_000_000
    /// Chains that are worked out at once.
    private static let together = 4
    /// Steps in one chain: longer ones help only where long runs of small maps follow each other, and would take most
    /// of the time.
    private static let longest = 24

    /// Whether nobody asks for `ranges`.
    private let peakOnly: Bool
    /// A peak above this one is as bad as any other.
    private let limit: Int

    /// Searches the chains of a schedule whose costs may be known in part.
    ///
    /// - Parameters:
    ///   - peakOnly: leaves `ranges` empty.
    ///   - limit: ends early where the peak is above; it is then any number above the limit.
    init(
        _ costs: ChainCosts, _ options: PlanOptions, by measure: Measure, peakOnly: Bool = false, limit: Int = .max - 1
    ) {
        self.peakOnly = peakOnly
        self.limit = limit
        self.costs = costs
        self.options = options
        self.measure = measure
        mostWork = costs.work + Self.mostWork
        crossing = Self.crossing(costs.schedule)
        arrivals = costs.schedule.arrivals
        guard options.stripes != .off else {
            ranges = (0..<count).map { $0..<$0 + 1 }
            peak = ranges.map(takes).max() ?? 0
            return
        }
        peak = smallestPeak()
        if !peakOnly { ranges = fewestChained(peak: peak) }
    }

    private static func crossing(_ schedule: Schedule) -> [Int] {
        var changes = [Int](repeating: 0, count: schedule.steps.count + 2)
        for (value, step) in schedule.steps.enumerated() {
            changes[value + 1] += step.bytes
            changes[(step.isOutput ? schedule.steps.count : step.lastReader(value)) + 1] -= step.bytes
        }
        var sum = 0
        return changes.dropLast().map { change in
            sum += change
            return sum
        }
    }

    private var count: Int { costs.schedule.steps.count }

    /// The first step that may be in a chain with others.
    private var start: Int { options.pushesRows ? 0 : 1 }

    /// The end of the longest chain that may begin at a step. Rows of the image come from outside, so a chain can begin with their
    /// arrival, and none can wait for it.
    private func furthest(from first: Int) -> Int {
        min(count, first + Self.longest, arrivals.first { $0 > first } ?? count)
    }

    private func takes(_ range: Range<Int>) -> Int {
        let cost = costs[range]
        return measure == .sum ? cost.sum : cost.bound
    }

    private func smallestPeak() -> Int {
        let singles = (0..<count).map { takes($0..<$0 + 1) }
        // The peak of steps one by one, from each to the end.
        var suffix = [Int](repeating: 0, count: count + 1)
        for step in (0..<count).reversed() { suffix[step] = max(singles[step], suffix[step + 1]) }
        var labels = [Int](repeating: .max, count: count + 1)
        labels[0] = 0
        var best = min(suffix[0], limit + 1)
        for first in 0..<count where labels[first] < .max {
            let label = labels[first]
            labels[first + 1] = min(labels[first + 1], max(label, singles[first]))
            best = min(best, max(label, suffix[first]))
            guard first >= start, label < best, suffix[first] > label else { continue }
            for end in first + 2..<max(first + 2, furthest(from: first) + 1) where crossing[end] < best {
                guard costs.isKnown(first..<end) || costs.work < mostWork else { break }
                if !peakOnly, !costs.isKnown(first..<end) { prepare(first, from: end) { crossing[$0] < best } }
                let peak = max(label, takes(first..<end))
                labels[end] = min(labels[end], peak)
                best = min(best, max(peak, suffix[end]))
                if costs[first..<end].floor >= best { break }
            }
        }
        return labels[count]
    }

    /// Works out the next few chains at once. Where the first of them ends the search, the others were in vain.
    private func prepare(_ first: Int, from end: Int, where mayEnd: (Int) -> Bool) {
        let last = min(furthest(from: first), end + Self.together - 1)
        costs.prepare((end...last).filter(mayEnd).map { first..<$0 })
    }

    private func fewestChained(peak: Int) -> [Range<Int>] {
        var chained = [Int](repeating: .max, count: count + 1)
        var previous = [Int](repeating: 0, count: count + 1)
        chained[0] = 0
        for first in 0..<count where chained[first] < .max {
            func reach(_ end: Int, _ steps: Int) {
                guard chained[first] + steps < chained[end] else { return }
                chained[end] = chained[first] + steps
                previous[end] = first
            }
            if takes(first..<first + 1) <= peak { reach(first + 1, 0) }
            guard first >= start,
                (first..<furthest(from: first)).contains(where: { takes($0..<$0 + 1) > peak })
            else { continue }
            for end in first + 2..<max(first + 2, furthest(from: first) + 1) where crossing[end] <= peak {
                guard costs.isKnown(first..<end) || costs.work < mostWork + Self.mostWork else { break }
                if takes(first..<end) <= peak { reach(end, end - first) }
                if costs[first..<end].floor > peak { break }
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
