import Networks
import Torch

/// A network as a list of steps, made once for all runs of a kind.
///
/// A step is mostly a node. Where several nodes can be computed at once it is what stands for them; the network itself stays as it is.
struct Program {
    /// What a step computes.
    enum Work {
        case node(Node)
        /// A convolution, its batch normalisation and its activation, for inference.
        case convolution(FoldedConvolution)
        /// The batch normalisation of a node, and the activation behind it.
        case normalisation(BatchNorm, Node, Activation.Function?)
        /// A window pooling and what makes weights of its logits.
        case pooling(any WeightedPooling, WindowWeighting)
    }

    struct Step {
        let work: Work
        /// The node whose value it computes.
        let node: Node
        /// Indices of the nodes whose values it takes.
        let inputs: [Int]
        /// Those among them that nobody needs later.
        let released: [Int]
    }

    /// What a program may do beside running node by node.
    struct Options: OptionSet, Hashable {
        let rawValue: Int
        /// Window poolings from logits to output in one operation.
        static let fusesPooling = Options(rawValue: 1)
        /// Batch normalisation with the activation behind it.
        static let fusesActivations = Options(rawValue: 2)
        /// Batch normalisation inside the weights of the convolution in front of it. Only without gradients and in evaluation.
        static let foldsConvolutions = Options(rawValue: 4)
    }

    let steps: [Step]

    /// A program that computes the network's outputs.
    ///
    /// - Parameter given: names of nodes whose values will be given.
    init(_ network: Network, options: Options, given: Set<String> = []) {
        let nodes = network.liveNodes(given: given)
        let readers = Self.readers(nodes, of: network)
        var work: [Int: (Work, [Int])] = [:]
        var isAbsorbed = [Bool](repeating: false, count: network.nodes.count)

        /// The node in front of `node` where nobody else reads it.
        func maker(of node: Node, input: Int = 0) -> Node? {
            guard node.inputs.indices.contains(input) else { return nil }
            let id = node.inputs[input]
            return readers[id.index] == 1 && !given.contains(network[id].name) ? network[id] : nil
        }

        // Backwards, so that the last of the nodes that become one step finds the others.
        for node in nodes.reversed() where !isAbsorbed[node.id.index] && !given.contains(node.name) {
            if options.contains(.fusesPooling), case .pooling(let pool) = node.part {
                let (weighting, logits, absorbed) = Self.weighting(of: node) { maker(of: $0, input: $1) }
                for other in absorbed { isAbsorbed[other.index] = true }
                work[node.id.index] = (.pooling(pool, weighting), [node.inputs[0].index, logits.index])
            }
            if options.contains(.foldsConvolutions),
                let (folded, absorbed) = Self.folded(endingAt: node, maker: { maker(of: $0) })
            {
                for other in absorbed { isAbsorbed[other.index] = true }
                work[node.id.index] = (.convolution(folded), [folded.convolution.inputs[0].index])
            }
        }

        for node in nodes where options.contains(.fusesActivations) && !given.contains(node.name) {
            guard work[node.id.index] == nil, !isAbsorbed[node.id.index],
                case .activation(let function) = node.part, [.relu, .relu6].contains(function),
                let other = maker(of: node), case .normalisation(let batchNorm) = other.part
            else { continue }
            isAbsorbed[other.id.index] = true
            work[node.id.index] = (.normalisation(batchNorm, other, function), [other.inputs[0].index])
        }

        let live = nodes.filter { !isAbsorbed[$0.id.index] }
        let takes = live.map { node in
            work[node.id.index]?.1 ?? (given.contains(node.name) ? [] : node.inputs.map(\.index))
        }
        var lastUse = [Int](repeating: -1, count: network.nodes.count)
        for (step, inputs) in takes.enumerated() { for input in inputs { lastUse[input] = step } }
        for output in network.outputs { lastUse[output.index] = live.count }
        steps = live.indices.map { step in
            let node = live[step]
            return Step(
                work: work[node.id.index]?.0 ?? .node(node), node: node, inputs: takes[step],
                released: takes[step].filter { lastUse[$0] == step })
        }
    }

    /// How many nodes read each node; the caller reads the outputs.
    static func readers(_ nodes: [Node], of network: Network) -> [Int] {
        var readers = [Int](repeating: 0, count: network.nodes.count)
        for node in nodes { for input in node.inputs { readers[input.index] += 1 } }
        for output in network.outputs { readers[output.index] += 1 }
        return readers
    }

    /// What stands between logits and a window pooling: sigmoid, factors, exponential, in this order, each of which may be missing.
    private static func weighting(
        of pooling: Node, maker: (Node, Int) -> Node?
    ) -> (weighting: WindowWeighting, logits: Node.ID, absorbed: [Node.ID]) {
        var weighting = WindowWeighting()
        var absorbed: [Node.ID] = []
        var logits = pooling.inputs[1]
        var next = maker(pooling, 1)
        func isActivation(_ node: Node, _ function: Activation.Function) -> Bool {
            if case .activation(function) = node.part { true } else { false }
        }
        func absorb(_ node: Node) {
            absorbed.append(node.id)
            logits = node.inputs[0]
            next = maker(node, 0)
        }
        if let node = next, isActivation(node, .exponential) {
            weighting.exponential = true
            absorb(node)
        }
        while let node = next, case .factor(let factor) = node.part {
            weighting.factor *= factor
            absorb(node)
        }
        if let node = next, isActivation(node, .sigmoid) {
            weighting.sigmoid = true
            absorb(node)
        }
        return (weighting, logits, absorbed)
    }

    /// The convolution that ends at `node`, with what follows it up to there.
    private static func folded(
        endingAt node: Node, maker: (Node) -> Node?
    ) -> (FoldedConvolution, absorbed: [Node.ID])? {
        var absorbed: [Node.ID] = []
        var last: Node? = node
        func step(_ node: Node) {
            last = maker(node)
            if let last { absorbed.append(last.id) }
        }
        var function = PackedConvolution.Function.none
        if case .activation(let activation) = node.part {
            switch activation {
            case .relu: function = .relu
            case .relu6: function = .relu6
            case .hardSwish: function = .hardSwish
            case .sigmoid, .hardSigmoid, .exponential, .softplus, .tanh, .hardTanh, .identity: return nil
            }
            step(node)
        }
        var normalisation: FoldedConvolution.Normalisation?
        if let candidate = last, case .normalisation(let details) = candidate.part {
            normalisation = FoldedConvolution.Normalisation(node: candidate, details: details)
            step(candidate)
        }
        guard let convolution = last, case .convolution(let details) = convolution.part else { return nil }
        let folded = FoldedConvolution(
            convolution: convolution, details: details, normalisation: normalisation, function: function)
        return (folded, absorbed)
    }
}
