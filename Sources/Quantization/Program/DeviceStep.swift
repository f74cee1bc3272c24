import Lowering
import Networks

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
    init(_ nodes: [Node], _ graph: DeviceGraph, finishing: [Node]) throws(QuantizationError) {
        guard let main = nodes.first, let last = nodes.last else { throw QuantizationError("a step has no node") }
        let ids = graph.operands(of: main)
        operands = ids.map { finishing[$0.index] }
        operandShapes = ids.map { graph.shapes[$0.index] }
        outputShape = graph.shapes[last.id.index]
        var parts: [Part] = []
        for node in nodes {
            try Self.check(node, graph)
            switch node.operation.facts.placement {
            case .own: parts.append(.operation(node, limit: nil))
            case .follows(.position): parts.append(.position(node))
            case .follows(.channelScale): parts.append(.channelScale(node))
            case .follows(.normalisation): parts.append(.operation(node, limit: nil))
            case .follows(.limit):
                if case .operation(let main, nil) = parts.last, main.operation.facts.placement.takesLimits {
                    parts[parts.count - 1] = .operation(main, limit: node)
                } else {
                    Self.tabulate(node, &parts)
                }
            case .follows(.table): Self.tabulate(node, &parts)
            }
        }
        self.parts = parts
    }

    /// Which of its operands are weights of a pooling, which are never below 0; nil where none are.
    package var weightOperand: Int? {
        guard case .operation(let node, _) = parts.first else { return nil }
        return node.operation.int8.weightOperand
    }

    /// A run of functions of one number is one table.
    private static func tabulate(_ node: Node, _ parts: inout [Part]) {
        if case .table(let run) = parts.last {
            parts[parts.count - 1] = .table(run + [node])
        } else {
            parts.append(.table([node]))
        }
    }

    /// The steps of a network, as a device computes it.
    ///
    /// - Throws: `QuantizationError` that names a node which no int8 kernel computes, `PlanningError` where it is beyond planning.
    public static func all(of network: Network) throws -> [DeviceStep] { try all(of: DeviceGraph(network)) }

    /// The steps of a network, in its own order.
    ///
    /// - Throws: `QuantizationError` that names a node which no int8 kernel computes.
    public static func all(of graph: DeviceGraph) throws(QuantizationError) -> [DeviceStep] {
        let steps = graph.schedule.steps.map { step in step.nodes.map { graph.network[$0] } }
        let finishing = finishing(graph.network, steps)
        var all: [DeviceStep] = []
        for step in steps { all.append(try DeviceStep(step, graph, finishing: finishing)) }
        return all
    }

    /// For each node the last node of its step.
    static func finishing(_ network: Network, _ steps: [[Node]]) -> [Node] {
        var finishing = network.nodes
        for step in steps { for node in step { finishing[node.id.index] = step[step.count - 1] } }
        return finishing
    }

    /// Refuses what no int8 kernel computes. A batch normalisation that could fold has been folded.
    private static func check(_ node: Node, _ graph: DeviceGraph) throws(QuantizationError) {
        guard let missing = graph.missingKernel(of: node) else { return }
        throw QuantizationError(
            "\(node.name): there is no int8 kernel for \(missing): keep this network in float, or choose another pooling"
        )
    }
}
