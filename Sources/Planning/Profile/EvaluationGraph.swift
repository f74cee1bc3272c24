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
        let spreads = Self.spreadingReaders(network)
        var sources = nodes.map(\.id)
        var shapes = nodes.map(\.shape)
        for node in nodes {
            let index = node.id.index
            let inputs = node.inputs.filter { !vanishes[$0.index] }.map { sources[$0.index] }
            switch node.operation {
            case .flatten, .dropout:
                sources[index] = inputs[0]
                shapes[index] = shapes[inputs[0].index]
            case .add where inputs.count == 1:
                guard shapes[inputs[0].index] == node.shape || spreads[index] else { continue }
                sources[index] = inputs[0]
                shapes[index] = shapes[inputs[0].index]
            case .batchNorm, .activation, .scale:
                shapes[index] = shapes[inputs[0].index]
            case .add, .multiply:
                let widest = inputs.map { shapes[$0.index] }.max { $0.count < $1.count }
                if let widest, spreads[index] { shapes[index] = widest }
            default: continue
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

    /// Whether nobody but `reader` ever reads the value.
    package func isReadOnly(by reader: Node.ID, _ value: Node.ID) -> Bool {
        !isOutput[value.index] && readers[value.index] == [reader]
    }

    /// Whether the value is of no more use once `reader` has run.
    package func dies(_ value: Node.ID, at reader: Node.ID) -> Bool {
        !isOutput[value.index] && readers[value.index].last == reader
    }

    /// Noise that only sums read, each with something else in it.
    private static func vanishingNoise(_ network: Network) -> [Bool] {
        func isNoise(_ id: Node.ID) -> Bool {
            if case .gaussianNoise = network[id].operation { true } else { false }
        }
        var vanishes = network.nodes.map { isNoise($0.id) }
        for output in network.outputs { vanishes[output.index] = false }
        for node in network.liveNodes {
            if case .add = node.operation, !node.inputs.allSatisfy(isNoise) { continue }
            for input in node.inputs { vanishes[input.index] = false }
        }
        return vanishes
    }

    /// For each node whether all that read it spread a `[C, 1, 1]` value over a map by themselves.
    private static func spreadingReaders(_ network: Network) -> [Bool] {
        var spreads = [Bool](repeating: true, count: network.nodes.count)
        for output in network.outputs { spreads[output.index] = false }
        for node in network.liveNodes.reversed() {
            let canSpread =
                switch node.operation {
                case .add, .multiply: true
                case .scale(let details) where details.shape != nil: false
                case .batchNorm, .activation, .scale, .dropout: spreads[node.id.index]
                default: false
                }
            if !canSpread { for input in node.inputs { spreads[input.index] = false } }
        }
        return spreads
    }
}
