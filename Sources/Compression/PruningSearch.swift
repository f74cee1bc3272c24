import Interchange
import Lowering
import Networks
import Planning

/// Chooses which channels to remove until a target is met, step by step: always those that are missed least for what they save.
///
/// Saving is measured, not assumed: of the arena by planning the smaller network. Only layers whose values are alive at the arena's
/// peak can lower it, so only they are asked.
public struct PruningSearch: Sendable {
    private let network: Network
    private let weights: Safetensors
    private let groups: [ChannelUnits.Group]
    private let scope: ChannelImportance.Scope
    /// Units of each group, the least important first.
    private let orders: [[(unit: ChannelUnits.Unit, score: Double)]]

    /// A search in a network with its weights.
    ///
    /// - Parameters:
    ///   - importance: how units are compared.
    ///   - scope: with what they are compared.
    ///   - sensitivity: of each node's channels, by the node's name; for `ChannelImportance.taylor`.
    public init(
        _ network: Network, weights: Safetensors, importance: ChannelImportance,
        scope: ChannelImportance.Scope = .layer, sensitivity: [String: [Double]] = [:]
    ) {
        self.network = network
        self.weights = weights
        self.scope = scope
        groups = ChannelUnits(network).groups
        orders = groups.map { group in
            let scores = importance.scores(group, network, weights, sensitivity: sensitivity, scope: scope)
            return zip(group.units, scores).sorted { $0.1 < $1.1 }.map { ($0, $1) }
        }
    }

    /// The arena without stripes, which is what channels decide.
    public static func arena(of network: Network) throws -> MemoryPlan {
        try MemoryPlan(network, options: PlanOptions(stripes: .off))
    }

    /// Prunes until the target is met.
    ///
    /// - Parameter progress: told the figure after each step.
    /// - Throws: `PlanningError` where no more channels can go and the target is not met, or the device has no kernel for a layer whose
    ///   flash or cycles are asked for.
    public func run(_ target: Target, progress: (Int) -> Void = { _ in }) throws -> ChannelPruning {
        try run([target]) { progress($1) }
    }

    /// Prunes until all targets are met, one after the other: what is small enough stays so.
    ///
    /// - Parameter progress: told which target the step was for, and its figure.
    /// - Throws: as for one target.
    public func run(_ targets: [Target], progress: (Target, Int) -> Void) throws -> ChannelPruning {
        var counts = [Int](repeating: 0, count: groups.count)
        for target in targets {
            switch target {
            case .atMost(let most, let measure):
                counts = try search(from: counts, measure, most) { progress(target, $0) }
            case .channels(let share):
                let removed = scope == .layer ? uniform(share) : leastMissed(share)
                counts = zip(counts, removed).map { max($0, $1) }
            }
        }
        return try pruned(counts)
    }

    /// Prunes every layer alike, as little as the targets allow.
    ///
    /// - Throws: `PlanningError` where no more channels can go and a target is not met.
    public func runUniformly(_ targets: [Target]) throws -> ChannelPruning {
        let limits = targets.compactMap(\.limit)
        let steps = 64
        var most = 1.0
        for case .channels(let share) in targets { most = min(most, share) }
        guard !limits.isEmpty else { return try pruned(uniform(most)) }
        for step in 0...steps {
            let counts = uniform(min(most, 1 - Double(step) / Double(steps)))
            let smaller = try shape(counts)
            if try limits.allSatisfy({ try $0.measure.exactFigure(of: smaller) <= $0.most }) {
                return try pruned(counts)
            }
        }
        let least = try shape(uniform(0))
        for limit in limits {
            let figure = try limit.measure.exactFigure(of: least)
            if figure > limit.most { throw Self.noMore(figure, limit.most) }
        }
        return try pruned(uniform(0))
    }

    /// As above, of one target.
    public func runUniformly(_ target: Target) throws -> ChannelPruning { try runUniformly([target]) }

    /// How many units of each group go where every layer keeps this share.
    private func uniform(_ share: Double) -> [Int] {
        orders.map { min($0.count - 1, Int((Double($0.count) * (1 - share)).rounded())) }
    }

    /// How many units of each group go where the network keeps this share of all; one a group stays.
    private func leastMissed(_ share: Double) -> [Int] {
        let total = orders.reduce(0) { $0 + $1.count }
        var counts = [Int](repeating: 0, count: orders.count)
        let all = orders.indices.flatMap { group in orders[group].map { (group: group, score: $0.score) } }
        var left = Int((Double(total) * (1 - share)).rounded())
        for (group, _) in all.sorted(by: { $0.score < $1.score })
        where left > 0 && counts[group] + 1 < orders[group].count {
            counts[group] += 1
            left -= 1
        }
        return counts
    }

    private static func noMore(_ figure: Int, _ goal: Int) -> PlanningError {
        PlanningError(
            "no more channels can be removed at \(figure) (target: \(goal)): what is left are the image, the classes and one channel a "
                + "layer; give a larger target, or a smaller image")
    }

    private func pruned(_ counts: [Int]) throws -> ChannelPruning {
        try ChannelPruning(
            network, weights: weights, removing: zip(orders, counts).flatMap { $0.prefix($1).map(\.unit) })
    }

    /// How many units of each group go where a measure is to come down to `most`; no fewer than `counts`.
    private func search(
        from counts: [Int], _ measure: Measure, _ most: Int, _ progress: (Int) -> Void
    ) throws -> [Int] {
        var counts = counts
        var current = try shape(counts)
        var figure = try measure.figure(of: current)
        // What the figure has to come to, so that the exact one comes to `most`.
        var goal = most
        while true {
            while figure > goal {
                guard let next = try cheapestStep(from: counts, current, measure) else {
                    throw Self.noMore(figure, most)
                }
                (counts, current) = next
                figure = try measure.figure(of: current)
                progress(figure)
            }
            let exact = try measure.exactFigure(of: current)
            if exact <= most { return counts }
            goal = figure - max(1, exact - most)
        }
    }

    /// The step whose channels are missed least for what it saves; nil where no more can go.
    private func cheapestStep(
        from counts: [Int], _ current: Network, _ measure: Measure
    ) throws -> (counts: [Int], network: Network)? {
        let candidates = measure == .sram ? try groupsAtPeak(of: current) : Array(groups.indices)
        let before = try measure.quickFigure(of: current)
        var best: (counts: [Int], network: Network, price: Double)?
        for group in candidates {
            // A sixteenth of the layer at a time; narrow maps change the arena in steps of their alignment.
            let left = orders[group].count - 1 - counts[group]
            guard left > 0 else { continue }
            let portion = min(left, max(1, orders[group].count / 16))
            var next = counts
            next[group] += portion
            let smaller = try shape(next)
            let saved = before - (try measure.quickFigure(of: smaller))
            var missed = orders[group][counts[group]..<next[group]].reduce(0) { $0 + $1.score }
            if scope == .layer { missed /= Double(orders[group].count) }
            // Several values may tie at the peak: then nothing is saved yet, and the least missed goes first.
            let price = missed / Double(max(saved, 1))
            if best.map({ price < $0.price }) ?? true { best = (next, smaller, price) }
        }
        return best.map { ($0.counts, $0.network) }
    }

    /// The smaller network alone: weights are sliced once, at the end.
    private func shape(_ counts: [Int]) throws -> Network {
        try ChannelPruning.network(network, removing: zip(orders, counts).flatMap { $0.prefix($1).map(\.unit) })
    }

    /// Groups that have a value alive in the step with the most of them.
    private func groupsAtPeak(of network: Network) throws -> [Int] {
        let plan = try Self.arena(of: network)
        let alive = Set(plan.buffers.filter { $0.first <= plan.peakStep && plan.peakStep <= $0.last }.map(\.name))
        let inStep = Set(plan.steps[plan.peakStep].nodes.map(\.index))
        return groups.indices.filter { group in
            groups[group].nodes.contains { alive.contains(network[$0].name) || inStep.contains($0.index) }
        }
    }
}
