import Interchange
import Lowering
import Networks
import Planning

/// Chooses which channels to remove until a target is met, step by step: always those that are missed least for what they save.
///
/// Saving is measured, not assumed: of the arena by planning the smaller network. Only layers whose values are alive at the arena's
/// peak can lower it, so only they are asked.
public struct PruningSearch: Sendable {
    /// What is to become smaller, and how far.
    public enum Target: Sendable, Hashable {
        /// Bytes of the arena.
        case sram(Int)
        /// Multiply-accumulates.
        case macs(Int)
        /// Share of the channels that stays: of every layer alike, or of the network's, as `ChannelImportance.Scope` says.
        case channels(Double)
    }

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
    /// - Throws: `PlanningError` where no more channels can go and the target is not met.
    public func run(_ target: Target, progress: (Int) -> Void = { _ in }) throws -> ChannelPruning {
        switch target {
        case .channels(let share): return try pruned(scope == .layer ? uniform(share) : leastMissed(share))
        case .sram(let bytes):
            return try search(bytes, progress, measure: Self.arenaBytes, isMemory: true)
        case .macs(let count): return try search(count, progress, measure: { $0.multiplyAccumulates }, isMemory: false)
        }
    }

    /// Prunes every layer alike, as little as the target allows.
    ///
    /// - Throws: `PlanningError` where no more channels can go and the target is not met.
    public func runUniformly(_ target: Target) throws -> ChannelPruning {
        let (goal, measure): (Int, (Network) throws -> Int)
        switch target {
        case .channels(let share): return try pruned(uniform(share))
        case .sram(let bytes): (goal, measure) = (bytes, Self.arenaBytes)
        case .macs(let count): (goal, measure) = (count, { $0.multiplyAccumulates })
        }
        let steps = 64
        for step in 0...steps {
            let counts = uniform(1 - Double(step) / Double(steps))
            if try measure(shape(counts)) <= goal { return try pruned(counts) }
        }
        throw Self.noMore(try measure(shape(uniform(0))), goal)
    }

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

    private static func arenaBytes(_ network: Network) throws -> Int { try arena(of: network).arenaBytes }

    private static func noMore(_ figure: Int, _ goal: Int) -> PlanningError {
        PlanningError(
            "no more channels can be removed at \(figure) (target: \(goal)): what is left are the image, the classes and one channel a "
                + "layer; give a larger target, or a smaller image")
    }

    private func pruned(_ counts: [Int]) throws -> ChannelPruning {
        try ChannelPruning(
            network, weights: weights, removing: zip(orders, counts).flatMap { $0.prefix($1).map(\.unit) })
    }

    private func search(
        _ goal: Int, _ progress: (Int) -> Void, measure: (Network) throws -> Int, isMemory: Bool
    ) throws -> ChannelPruning {
        var counts = [Int](repeating: 0, count: groups.count)
        var current = try shape(counts)
        var figure = try measure(current)
        while figure > goal {
            let candidates = try isMemory ? groupsAtPeak(of: current) : Array(groups.indices)
            var best: (counts: [Int], network: Network, figure: Int, price: Double)?
            for group in candidates {
                // A sixteenth of the layer at a time; narrow maps change the arena in steps of their alignment.
                let left = orders[group].count - 1 - counts[group]
                guard left > 0 else { continue }
                let portion = min(left, max(1, orders[group].count / 16))
                var next = counts
                next[group] += portion
                let smaller = try shape(next)
                let saved = figure - (try measure(smaller))
                var missed = orders[group][counts[group]..<next[group]].reduce(0) { $0 + $1.score }
                if scope == .layer { missed /= Double(orders[group].count) }
                // Several values may tie at the peak: then nothing is saved yet, and the least missed goes first.
                let price = missed / Double(max(saved, 1))
                if best.map({ price < $0.price }) ?? true { best = (next, smaller, figure - saved, price) }
            }
            guard let chosen = best else { throw Self.noMore(figure, goal) }
            (counts, current, figure) = (chosen.counts, chosen.network, chosen.figure)
            progress(figure)
        }
        return try pruned(counts)
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
