import Networks

/// A network as a device computes it in evaluation: which nodes do work, which only show another node's value, and the shapes
/// that values have in memory.
///
/// - `flatten` and `dropout` are views: they show the value of their input and cost nothing. (Flattening an NHWC map moves
///   channels to the end; the linear layer behind it has its columns permuted instead, once and for all.)
/// - Gaussian noise is 0 in evaluation. It vanishes, the sum it goes into is the identity, and what computed only its deviation is
///   not computed. Where the noise would have spread a `[C, 1, 1]` value over a map, the value stays `[C, 1, 1]` as long as
///   only element-wise operations read it, as they broadcast by themselves.
package struct EvaluationGraph: Sendable {
    package let network: Network

    /// For each node of the network the node whose value it shows: itself unless it is a view.
    package let sources: [Node.ID]

    /// For each node its shape in memory.
    package let shapes: [Shape]

    /// The nodes that compute something, in order; the input comes first.
    package let computed: [Node]

    /// For each node that is no view, the computed nodes that read its value, in order, each once.
    package let readers: [[Node.ID]]

    /// For each node that is no view, whether its value is a result of the network.
    package let isOutput: [Bool]

    private let vanishes: [Bool]

    /// The graph of a network.
    package init(_ network: Network) {
        let nodes = network.nodes
        let vanishes = Self.vanishingNoise(network)
        let spreads = Self.spreadingReaders(network, vanishes)
        var sources = nodes.map(\.id)
        var shapes = nodes.map(\.shape)
        for node in nodes {
            let index = node.id.index
            let inputs = node.inputs.filter { !vanishes[$0.index] }.map { sources[$0.index] }
            let facts = node.operation.facts
            switch facts.rewriting {
            case .flattening, .identity: sources[index] = inputs[0]
            case .sum:
                if inputs.count == 1, shapes[inputs[0].index] == node.shape || spreads[index] {
                    sources[index] = inputs[0]
                }
            case .kept, .layer, .normalisation, .shuffle, .noise: break
            }
            guard sources[index] == node.id else {
                shapes[index] = shapes[inputs[0].index]
                continue
            }
            switch facts.spreading {
            case .never: break
            case .passed: shapes[index] = shapes[inputs[0].index]
            case .byItself:
                let widest = inputs.map { shapes[$0.index] }.max { $0.count < $1.count }
                if let widest, spreads[index] { shapes[index] = widest }
            }
        }
        self.network = network
        self.sources = sources
        self.shapes = shapes
        self.vanishes = vanishes

        var isOutput = [Bool](repeating: false, count: nodes.count)
        for output in network.outputs { isOutput[sources[output.index].index] = true }
        var isNeeded = isOutput
        isNeeded[0] = true
        for node in nodes.reversed() where isNeeded[node.id.index] {
            for operand in node.inputs where !vanishes[operand.index] { isNeeded[sources[operand.index].index] = true }
        }
        var readers = [[Node.ID]](repeating: [], count: nodes.count)
        let computed = nodes.filter { isNeeded[$0.id.index] }
        for node in computed {
            for operand in node.inputs where !vanishes[operand.index] {
                let source = sources[operand.index].index
                if readers[source].last != node.id { readers[source].append(node.id) }
            }
        }
        self.isOutput = isOutput
        self.computed = computed
        self.readers = readers
    }

    /// The values that a computed node reads, in the operation's order and without views and vanished noise.
    package func operands(of node: Node) -> [Node.ID] {
        node.inputs.filter { !vanishes[$0.index] }.map { sources[$0.index] }
    }

    /// What a node takes without vanished noise, views included.
    package func inputs(of node: Node) -> [Node.ID] { node.inputs.filter { !vanishes[$0.index] } }

    /// Whether nobody but `reader` ever reads the value.
    package func isReadOnly(by reader: Node.ID, _ value: Node.ID) -> Bool {
        !isOutput[value.index] && readers[value.index] == [reader]
    }

    /// Noise that only sums read, each with something else in it.
    private static func vanishingNoise(_ network: Network) -> [Bool] {
        func isNoise(_ id: Node.ID) -> Bool { network[id].operation.facts.rewriting.isNoise }
        var vanishes = network.nodes.map { isNoise($0.id) }
        guard vanishes.contains(true) else { return vanishes }
        for output in network.outputs { vanishes[output.index] = false }
        for node in network.liveNodes
        where !(node.operation.facts.rewriting.isSum && !node.inputs.allSatisfy(isNoise)) {
            for input in node.inputs { vanishes[input.index] = false }
        }
        return vanishes
    }

    /// For each node whether its value may stay a pixel, as only noise made a map of it.
    private static func pixels(_ network: Network, _ vanishes: [Bool]) -> [Bool] {
        var isPixel = [Bool](repeating: false, count: network.nodes.count)
        for node in network.nodes where !node.inputs.isEmpty {
            let inputs = node.inputs.filter { !vanishes[$0.index] }
            func isSmall(_ id: Node.ID) -> Bool { network[id].shape != node.shape || isPixel[id.index] }
            switch node.operation.facts.spreading {
            case .never: break
            case .passed, .byItself: isPixel[node.id.index] = inputs.allSatisfy(isSmall)
            }
        }
        return isPixel
    }

    /// For each node whether all that read it spread a `[C, 1, 1]` value over a map by themselves.
    private static func spreadingReaders(_ network: Network, _ vanishes: [Bool]) -> [Bool] {
        let isPixel = pixels(network, vanishes)
        var spreads = [Bool](repeating: true, count: network.nodes.count)
        for output in network.outputs { spreads[output.index] = false }
        for node in network.liveNodes.reversed() {
            let canSpread =
                switch node.operation.facts.spreading {
                case .never: false
                case .passed: spreads[node.id.index]
                // A sum or product of pixels alone is a pixel.
                case .byItself: !isPixel[node.id.index] || spreads[node.id.index]
                }
            if !canSpread { for input in node.inputs { spreads[input.index] = false } }
        }
        return spreads
    }
}
