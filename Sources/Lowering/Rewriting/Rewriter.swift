import Networks

/// Writes the network that a device computes, node by node.
struct Rewriter {
    private(set) var folds: [DeviceGraph.Fold] = []
    /// Folded layers that had a bias already.
    private(set) var biased: Set<String> = []

    /// Batch normalisations that fold, and the layers that take them up.
    private var normalisations: Set<Node.ID> = []
    private var folded: Set<Node.ID> = []

    private let graph: EvaluationGraph
    private let builder: NetworkBuilder
    /// For each node the new one that has its value.
    private var written: [Node.ID?]
    private let isComputed: [Bool]

    init(_ graph: EvaluationGraph) {
        self.graph = graph
        builder = NetworkBuilder("lowered")
        written = [Node.ID?](repeating: nil, count: graph.network.nodes.count)
        var isComputed = [Bool](repeating: false, count: graph.network.nodes.count)
        for node in graph.computed { isComputed[node.id.index] = true }
        self.isComputed = isComputed
    }

    mutating func network() throws -> Network {
        fold()
        for node in [graph.network.input] + graph.network.liveNodes.filter({ $0.id != graph.network.input.id }) {
            written[node.id.index] = try write(node)
        }
        var network = try builder.network(
            outputs: graph.network.outputs.compactMap { written[$0.index] }, detector: graph.network.detector)
        // Whatever it is called: names are checked where networks come in.
        network.name = graph.network.name
        return network
    }

    /// Notes how each batch normalisation folds, and which layers then need a bias.
    private mutating func fold() {
        for node in graph.computed {
            guard case .normalisation(let epsilon) = node.operation.facts.rewriting else { continue }
            let layers = graph.foldingLayers(of: node)
            if !layers.isEmpty { normalisations.insert(node.id) }
            for (term, layer) in layers.enumerated() {
                guard case .layer(_, let hasBias) = layer.node.operation.facts.rewriting else { continue }
                folded.insert(layer.node.id)
                if hasBias { biased.insert(layer.node.name) }
                folds.append(
                    DeviceGraph.Fold(
                        layer: layer.node.name, batchNorm: node.name, epsilon: epsilon,
                        repetition: layer.repetition, isShifted: term == 0))
            }
        }
    }

    /// The new node of an old one; nil for what no value is computed of.
    private func write(_ node: Node) throws -> Node.ID? {
        let inputs = graph.inputs(of: node).compactMap { written[$0.index] }
        let rule = node.operation.facts.rewriting
        guard isComputed[node.id.index] else {
            // A view, or what evaluation leaves out.
            switch rule {
            case .flattening where !inputs.isEmpty: return try builder.add(node.operation, inputs, name: node.name)
            case .flattening, .kept, .layer, .normalisation, .shuffle, .identity, .noise, .sum: return inputs.first
            }
        }
        switch rule {
        case .normalisation where normalisations.contains(node.id): return inputs.first
        case .layer(let withBias, _) where folded.contains(node.id):
            return try builder.add(withBias, inputs, name: node.name)
        case .sum where inputs.count == 1:
            // Noise that spread a value over a map is gone; spreading it is left.
            return try builder.add(
                .upsampleBilinear(UpsampleBilinear(size: node.shape.size)), inputs, name: node.name)
        case .kept, .layer, .normalisation, .shuffle, .flattening, .identity, .noise, .sum:
            return try builder.add(node.operation, inputs, name: node.name)
        }
    }
}
