import Networks

/// Writes the network that a device computes, node by node.
struct Rewriter {
    private(set) var folds: [Lowering.Fold] = []
    /// Folded layers that had a bias already.
    private(set) var biased: Set<String> = []

    private let graph: EvaluationGraph
    private let builder: NetworkBuilder
    /// For each node the new one that has its value.
    private var written: [Node.ID?]
    private let isComputed: [Bool]

    init(_ graph: EvaluationGraph) {
        self.graph = graph
        builder = NetworkBuilder(graph.network.name)
        written = [Node.ID?](repeating: nil, count: graph.network.nodes.count)
        var isComputed = [Bool](repeating: false, count: graph.network.nodes.count)
        for node in graph.computed { isComputed[node.id.index] = true }
        self.isComputed = isComputed
    }

    mutating func network() throws -> Network {
        let layers = foldingLayers()
        let folded = Set(layers.values)
        for node in [graph.network.input] + graph.network.liveNodes.filter({ $0.id != graph.network.input.id }) {
            written[node.id.index] = try write(node, layers, folded)
        }
        return try builder.network(
            outputs: graph.network.outputs.compactMap { written[$0.index] }, detector: graph.network.detector)
    }

    /// For each batch normalisation that folds the layer that it folds into.
    private mutating func foldingLayers() -> [Node.ID: Node.ID] {
        var layers: [Node.ID: Node.ID] = [:]
        for node in graph.computed {
            guard case .batchNorm(let details) = node.operation, graph.folds(node) else { continue }
            var (layer, repetition) = (node, 1)
            search: while let operand = graph.operands(of: layer).first {
                layer = graph.network[operand]
                switch layer.operation {
                case .convolution(let convolution):
                    if convolution.bias { biased.insert(layer.name) }
                    break search
                case .linear(let linear):
                    if linear.bias { biased.insert(layer.name) }
                    break search
                case .depthToSpace(let shuffle): repetition *= shuffle.factor * shuffle.factor
                default: continue
                }
            }
            layers[node.id] = layer.id
            folds.append(
                Lowering.Fold(
                    layer: layer.name, batchNorm: node.name, epsilon: details.epsilon, repetition: repetition))
        }
        return layers
    }

    /// The new node of an old one; nil for what no value is computed of.
    private func write(_ node: Node, _ layers: [Node.ID: Node.ID], _ folded: Set<Node.ID>) throws -> Node.ID? {
        let inputs = graph.inputs(of: node).compactMap { written[$0.index] }
        guard isComputed[node.id.index] else {
            // A view, or what evaluation leaves out.
            if case .flatten = node.operation, !inputs.isEmpty {
                return try builder.add(node.operation, inputs, name: node.name)
            }
            return inputs.first
        }
        if layers[node.id] != nil { return inputs.first }
        let isFolded = folded.contains(node.id)
        switch node.operation {
        case .convolution(var details):
            if isFolded { details.bias = true }
            return try builder.add(.convolution(details), inputs, name: node.name)
        case .linear(var details):
            if isFolded { details.bias = true }
            return try builder.add(.linear(details), inputs, name: node.name)
        case .add where inputs.count == 1:
            // Noise that spread a value over a map is gone; spreading it is left.
            return try builder.add(
                .upsampleBilinear(UpsampleBilinear(size: node.shape.size)), inputs, name: node.name)
        default: return try builder.add(node.operation, inputs, name: node.name)
        }
    }
}
