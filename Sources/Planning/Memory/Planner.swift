import Lowering
import Networks

/// Plans one network under any number of options; what they have in common is worked out once.
///
/// ```swift
/// let planner = try Planner(network)
/// let held = try planner.plan(PlanOptions())
/// let pushed = try planner.plan(PlanOptions(pushesRows: true))
/// ```
public final class Planner {
    /// The network as it is planned.
    public let graph: DeviceGraph
    private var otherOrder: Schedule?
    private var costs: [Rules: ChainCosts] = [:]
    private let known: KnownChains?

    /// What the cost of a chain depends on.
    private struct Rules: Hashable {
        let reorders: Bool
        let reusesRows: Bool
        let alignment: Int
        let arrivals: Int
    }

    /// A planner of a network.
    ///
    /// - Throws: `PlanningError` where the network is beyond planning.
    public convenience init(_ network: Network) throws(PlanningError) { try self.init(DeviceGraph(network)) }

    /// A planner of a network that is lowered already.
    public convenience init(_ graph: DeviceGraph) { self.init(graph, known: nil) }

    /// - Parameter known: what chains take, shared with planners of other networks. It changes nothing but the time
    /// that it takes.
    init(_ graph: DeviceGraph, known: KnownChains?) {
        self.graph = graph
        self.known = known
    }

    /// Plans the network. An image whose rows are pushed arrives twice where it would have to be held otherwise, and that takes less.
    ///
    /// - Throws: `PlanningError` where options are out of range or against each other, stripes are demanded and
    /// cannot help, or more
    ///   values are alive at once than any device has.
    public func plan(_ options: PlanOptions = PlanOptions()) throws(PlanningError) -> MemoryPlan {
        try options.check()
        let once = try plan(schedule(options), options)
        guard options.pushesRows, once.holdsImage, let twice = try graph.scheduleWithSecondArrival() else {
            return once
        }
        let other = try plan(twice, options)
        return other.arenaBytes < once.arenaBytes && !other.holdsImage ? other : once
    }

    private func plan(_ schedule: Schedule, _ options: PlanOptions) throws(PlanningError) -> MemoryPlan {
        let whole = schedule.steps.indices.map { $0..<$0 + 1 }
        guard options.stripes != .off else { return try MemoryPlan(graph, schedule, ranges: whole, options) }
        var candidates: [[Range<Int>]] = options.stripes == .auto && !options.pushesRows ? [whole] : []
        for measure in ChainSearch.Measure.allCases {
            let ranges = ChainSearch(costs(of: schedule, options), options, by: measure).ranges
            if !candidates.contains(ranges) { candidates.append(ranges) }
        }
        if options.stripes == .on, candidates == [whole] {
            throw PlanningError("stripes make nothing smaller in \(graph.network.name): leave them on auto or off")
        }
        return try smallest(of: candidates, schedule, options)
    }

    /// The plan with the smallest arena, the first of equals. Stripes with the least bound are laid out first, so
    /// that few others need
    /// a layout: none can be smaller than its bound.
    private func smallest(
        of candidates: [[Range<Int>]], _ schedule: Schedule, _ options: PlanOptions
    ) throws(PlanningError) -> MemoryPlan {
        let costs = costs(of: schedule, options)
        let bounds = candidates.map { ranges in ranges.map { costs[$0].bound }.max() ?? 0 }
        let order = candidates.indices.sorted { (bounds[$0], $0) < (bounds[$1], $1) }
        var first = order[0]
        var best = try MemoryPlan(graph, schedule, ranges: candidates[first], options)
        for index in order.dropFirst() where (bounds[index], index) < (best.arenaBytes, first) {
            let plan = try MemoryPlan(graph, schedule, ranges: candidates[index], options)
            if (plan.arenaBytes, index) < (best.arenaBytes, first) { (best, first) = (plan, index) }
        }
        return best
    }

    /// What the stripes with the smallest peak take at least: no plan with these options is below. No layout is made,
    /// which makes it
    /// quick.
    ///
    /// - Parameter limit: where no plan can be this small or smaller, any number above it is the answer, which is
    /// quicker still.
    package func lowerBound(_ options: PlanOptions, limit: Int = .max - 1) throws(PlanningError) -> Int {
        try options.check()
        func peak(_ schedule: Schedule, limit: Int) -> Int {
            ChainSearch(costs(of: schedule, options), options, by: .bound, peakOnly: true, limit: max(0, limit)).peak
        }
        let once = peak(try schedule(options), limit: limit)
        guard options.pushesRows, let twice = try graph.scheduleWithSecondArrival() else { return once }
        return min(once, peak(twice, limit: min(limit, once)))
    }

    private func costs(of schedule: Schedule, _ options: PlanOptions) -> ChainCosts {
        let rules = Rules(
            reorders: options.reordersBranches, reusesRows: options.reusesRows, alignment: options.alignment,
            arrivals: schedule.arrivals.count)
        if let known = costs[rules] { return known }
        let new = ChainCosts(
            schedule, alignment: options.alignment, reusesRows: options.reusesRows, known: known)
        costs[rules] = new
        return new
    }

    /// The network's own order, or another one in which steps one by one take less.
    private func schedule(_ options: PlanOptions) throws(PlanningError) -> Schedule {
        guard options.reordersBranches else { return graph.schedule }
        if let otherOrder { return otherOrder }
        var best = graph.schedule
        var smallest = peak(best)
        for order in ExecutionOrder.alternatives(graph) {
            let schedule = try graph.schedule(order: order)
            let peak = peak(schedule)
            if peak < smallest { (best, smallest) = (schedule, peak) }
        }
        otherOrder = best
        return best
    }

    /// The same whatever the options, so that plans do not depend on which was made first.
    private func peak(_ schedule: Schedule) -> Int {
        let costs = ChainCosts(schedule, alignment: PlanOptions().alignment, reusesRows: true, known: known)
        return schedule.steps.indices.map { costs[$0..<$0 + 1].bound }.max() ?? 0
    }
}
