import Networks

/// A network as a device computes it: what planner, report, quantiser, kernel program and firmware read. It is made once, and holds
/// again a network, with the same outputs in evaluation.
///
/// - Batch normalisation is folded into the convolution or linear layer in front of it, which then has a bias; behind a sum of such layers,
///   into each of them.
/// - Dropout, noise (0 in evaluation), sums with it and whatever only computed its deviation are gone.
/// - Flattening stays, as linear layers take vectors; it costs nothing.
/// - Restoration stands at patch resolution already (`WindowPool` takes weights of any resolution).
///
/// ```swift
/// let graph = try DeviceGraph(network)
/// let weights = graph.parameters { name in trained[name] }
/// ```
public struct DeviceGraph: Sendable {
    /// The lowered network; nodes have the names that they had. Lowering it once more changes nothing.
    public var network: Network { values.network }

    /// What was folded, in the order in which it has to be applied.
    public let folds: [Fold]

    /// Its steps in the network's own order.
    package let schedule: Schedule

    /// Layers with a fold that had a bias before.
    let biased: Set<String>

    private let values: EvaluationGraph

    /// Lowers a network.
    ///
    /// - Throws: `PlanningError` where it is beyond planning.
    public init(_ network: Network) throws(PlanningError) {
        var rewriter = Rewriter(EvaluationGraph(network))
        do {
            values = EvaluationGraph(try rewriter.network())
        } catch {
            throw PlanningError("\(network.name) cannot be lowered: \(error)")
        }
        try values.requireReadableVectors()
        folds = rewriter.folds
        biased = rewriter.biased
        schedule = try Schedule(values)
    }

    /// The lowered network's operations on the device, in order: each with what is fused behind it, and pooling layers of many nodes as
    /// one.
    public var operations: [DeviceOperation] { DeviceOperation.all(of: self) }

    /// For each node the node whose value it shows: itself unless it is a view.
    package var sources: [Node.ID] { values.sources }

    /// For each node its shape in memory.
    package var shapes: [Shape] { values.shapes }

    /// The nodes that compute something, in order; the input comes first.
    package var computed: [Node] { values.computed }

    /// For each node that is no view, the computed nodes that read its value, in order, each once.
    package var readers: [[Node.ID]] { values.readers }

    /// For each node that is no view, whether its value is a result of the network.
    package var isOutput: [Bool] { values.isOutput }

    /// The values that a computed node reads, in the operation's order and without views.
    package func operands(of node: Node) -> [Node.ID] { values.operands(of: node) }

    /// The network's steps in another order.
    ///
    /// - Parameter order: the computed nodes, each behind what it reads.
    package func schedule(order: [Node]) throws(PlanningError) -> Schedule { try Schedule(values, order: order) }

    /// The steps in the network's own order, with the image arriving once more in front of the last step that reads it; nil where only one
    /// step does.
    package func scheduleWithSecondArrival() throws(PlanningError) -> Schedule? {
        let steps = schedule.steps
        guard let first = steps.first, !first.isOutput, first.readers.count > 1, let last = first.readers.last?.step
        else { return nil }
        func nodes(_ range: Range<Int>) -> [Node] { steps[range].flatMap { step in step.nodes.map { network[$0] } } }
        return try Schedule(values, order: nodes(0..<last) + nodes(0..<1) + nodes(last..<steps.count))
    }
}

extension Network {
    /// The network as a device computes it; see `DeviceGraph`.
    public func lowered() throws -> Network { try DeviceGraph(self).network }
}
