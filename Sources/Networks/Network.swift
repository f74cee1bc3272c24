/// An architecture as a value: named operations, what they take, and the shapes that follow.
///
/// Nothing else in the project describes an architecture; training, planning and exporting read this. Networks come from a
/// `Backbone`, from a notation, from JSON or from a `NetworkBuilder`:
///
/// ```swift
/// let network = try Network(notation: "mobilenet_v2-nlp_headfix2-1222121", input: [3, 128, 128], classes: 10)
/// print(network.parameterCount, network.multiplyAccumulates)
/// ```
public struct Network: Sendable, Hashable {
    /// What the network is called, usually its notation.
    public var name: String

    /// In an order of execution.
    public let nodes: [Node]

    /// The nodes whose values are the result; a classifier has one, the logits.
    public let outputs: [Node.ID]

    /// What the outputs of a detector mean; nil for every other network.
    public internal(set) var detector: DetectorLayout?

    init(name: String, nodes: [Node], outputs: [Node.ID]) {
        self.name = name
        self.nodes = nodes
        self.outputs = outputs
    }

    /// The node behind an id.
    public subscript(id: Node.ID) -> Node { nodes[id.index] }

    /// The node that holds the image.
    public var input: Node { nodes[0] }

    /// Shape of the input, `[C, H, W]`.
    public var inputShape: Shape { input.shape }

    /// Shape of the (first) output; `[classes]` for a classifier.
    public var outputShape: Shape { self[outputs[0]].shape }

    /// Every parameter and buffer, with complete names.
    public var parameters: [ParameterSpecification] { nodes.flatMap(\.parameters) }

    /// Number of trainable numbers.
    public var parameterCount: Int { parameters.lazy.filter(\.isTrainable).map(\.count).reduce(0, +) }

    /// How many classes it tells apart, or how many kinds of objects a detector finds.
    public var classCount: Int { detector?.classes ?? outputShape.channels }

    /// Whether its (first) output is shares that sum to 1, of a softmax at its end, rather than logits.
    public var endsInSoftmax: Bool {
        var node = self[outputs[0]]
        while node.operation.isFlattening, let input = node.inputs.first { node = self[input] }
        return node.operation.isSoftmax
    }

    /// Multiply-accumulates of one sample.
    public var multiplyAccumulates: Int { liveNodes.map { multiplyAccumulates(of: $0) }.reduce(0, +) }

    /// Multiply-accumulates of one node, for one sample.
    public func multiplyAccumulates(of node: Node) -> Int {
        node.operation.details.multiplyAccumulates(node.inputs.map { self[$0].shape }, node.shape)
    }

    /// The nodes that the outputs depend on, in order. The others are never computed; they keep their place in the state dict, as the
    /// noise branch of a Gaussian pooling without noise does.
    public var liveNodes: [Node] { liveNodes(given: []) }

    /// The nodes to compute where the values of those called `names` are given.
    public func liveNodes(given names: Set<String>) -> [Node] {
        var isLive = [Bool](repeating: false, count: nodes.count)
        for output in outputs { isLive[output.index] = true }
        for node in nodes.reversed() where isLive[node.id.index] && !names.contains(node.name) {
            for input in node.inputs { isLive[input.index] = true }
        }
        return nodes.filter { isLive[$0.id.index] }
    }

    /// The same network without the nodes that are never computed.
    func withoutUnusedNodes() throws(NetworkError) -> Network {
        let builder = NetworkBuilder(name)
        let copies = try builder.add(liveNodes)
        return try builder.network(outputs: outputs.compactMap { copies[$0] }, detector: detector)
    }

    /// What a user should know before training this network; empty where all is well.
    public var warnings: [String] {
        nodes.compactMap { node in
            node.operation.details.warning(node.inputs.map { self[$0].shape }).map { "\(node.name): " + $0 }
        }
    }

    /// The same network with other outputs, for looking at values inside it.
    public func showing(_ outputs: [Node.ID]) -> Network { Network(name: name, nodes: nodes, outputs: outputs) }
}
