import Networks
import Planning

/// One step of a memory plan, split into what kernels do: the operation itself, and what works in place on the row that it has just
/// written.
///
/// Values inside a step that no kernel call ends on do not exist: a ReLU behind a convolution is a limit of its output, and a run of
/// activations and fixed factors is one table.
public struct DeviceStep: Sendable {
    /// What one kernel call computes.
    public enum Part: Sendable {
        /// The step's operation, with the ReLU or ReLU6 behind it that its kernel applies as a limit.
        case operation(Node, limit: Node?)
        /// Activations and factors of one number, one after the other, as one table.
        case table([Node])
        /// A position embedding.
        case position(Node)
        /// Factors of one a channel.
        case channelScale(Node)

        /// The node whose value it ends on, which names the value's quantisation.
        public var last: Node {
            switch self {
            case .operation(let node, let limit): limit ?? node
            case .table(let nodes): nodes[nodes.count - 1]
            case .position(let node), .channelScale(let node): node
            }
        }
    }

    /// In order; the first reads the step's operands.
    public let parts: [Part]
    /// For each operand, in the operation's order, the node whose value it is.
    public let operands: [Node]
    /// For each operand its shape in memory.
    public let operandShapes: [Shape]
    /// Shape of the step's output in memory.
    public let outputShape: Shape

    /// Splits the nodes of a step.
    ///
    /// - Throws: `QuantizationError` that names a node which no int8 kernel computes.
    init(_ nodes: [Node], _ graph: EvaluationGraph, finishing: [Node]) throws(QuantizationError) {
        guard let main = nodes.first, let last = nodes.last else { throw QuantizationError("a step has no node") }
        let ids = graph.operands(of: main)
        operands = ids.map { finishing[$0.index] }
        operandShapes = ids.map { graph.shapes[$0.index] }
        outputShape = graph.shapes[last.id.index]
        var parts: [Part] = []
        for node in nodes {
            try Self.check(node, graph)
            if Self.isTabulated(node) {
                switch parts.last {
                case .operation(let operation, nil) where Self.isLimit(node) && Self.takesLimits(operation):
                    parts[parts.count - 1] = .operation(operation, limit: node)
                case .table(let run): parts[parts.count - 1] = .table(run + [node])
                default: parts.append(.table([node]))
                }
            } else if case .positionEmbedding = node.operation {
                parts.append(.position(node))
            } else if case .scale = node.operation {
                parts.append(.channelScale(node))
            } else {
                parts.append(.operation(node, limit: nil))
            }
        }
        self.parts = parts
    }

    /// The steps of a network, in its own order.
    ///
    /// - Throws: `QuantizationError` that names a node which no int8 kernel computes, or where the network is beyond planning.
    public static func all(of network: Network) throws -> [DeviceStep] {
        let graph = EvaluationGraph(network)
        let steps = try Schedule(graph).steps.map { step in step.nodes.map { network[$0] } }
        return try steps.map { try DeviceStep($0, graph, finishing: finishing(network, steps)) }
    }

    /// For each node the last node of its step.
    static func finishing(_ network: Network, _ steps: [[Node]]) -> [Node] {
        var finishing = network.nodes
        for step in steps { for node in step { finishing[node.id.index] = step[step.count - 1] } }
        return finishing
    }

    private static func isTabulated(_ node: Node) -> Bool {
        switch node.operation {
        case .activation: true
        case .scale(let details): details.shape == nil
        default: false
        }
    }

    private static func isLimit(_ node: Node) -> Bool {
        guard case .activation(let details) = node.operation else { return false }
        return details.function == .relu || details.function == .relu6
    }

    private static func takesLimits(_ node: Node) -> Bool {
        switch node.operation {
        case .convolution, .linear, .fixedFilter, .add, .multiply: true
        default: false
        }
    }

    /// Refuses what no int8 kernel computes. A batch normalisation that could fold should have been folded.
    private static func check(_ node: Node, _ graph: EvaluationGraph) throws(QuantizationError) {
        var missing = graph.missingKernel(of: node)
        if case .batchNorm = node.operation {
            missing = "a batch normalisation that folds into no layer in front of it"
        }
        guard let missing else { return }
        throw QuantizationError(
            "\(node.name): there is no int8 kernel for \(missing): keep this network in float, or choose another pooling"
        )
    }
}
