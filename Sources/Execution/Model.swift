import Networks
import Torch

/// A network with its weights, ready to run on libtorch.
///
/// ```swift
/// let network = try Network(notation: "plain-cnn(pool=self-attentive)", input: [1, 28, 28], classes: 10)
/// let model = try Model(network, seed: 1)
/// let logits = try model(images)               // [B, 1, 28, 28] → [B, 10]
/// ```
public final class Model {
    /// The architecture.
    public let network: Network

    /// The weights.
    public let parameters: Parameters

    /// Share of the batch in running statistics, where it shall differ from the network's own.
    public var batchNormMomentum: Double?

    /// Computes with libtorch's own operations alone, node by node: the way everything else is held against.
    public var isPlain = false

    /// Rounds values and weights as int8 does; nil computes in float. Goes with `isPlain`.
    public var fakeQuantization: FakeQuantization?

    /// Which images of a batch these are, where several processes share one; set before each training step.
    public var share: BatchShare?

    /// The processes whose images batch normalisation takes its statistics from; nil for this process's own.
    public var statisticsGroup: ProcessGroup?

    private var programs: [Program.Options: Program] = [:]
    private let nodeTensors: [[String: Tensor]]
    private let readers: [Int]
    /// For each node, whether it is a convolution whose bias a batch normalisation takes out again.
    let biasIsOmittedInTraining: [Bool]
    /// Tensors that are no parameters, made once: tables of positions, fixed filters.
    var constants: [String: Tensor] = [:]

    /// A model with new weights.
    public convenience init(
        _ network: Network, seed: UInt64, type: ScalarType = .float32, device: Device = .cpu
    ) throws {
        self.init(network, parameters: try Parameters(of: network, seed: seed, type: type, device: device))
    }

    /// A model over existing weights of the same network.
    public init(_ network: Network, parameters: Parameters) {
        self.network = network
        self.parameters = parameters
        nodeTensors = network.nodes.map { node in
            let names = node.operation.details.parameters.map(\.name)
            let tensors = names.map { name in
                (name, try? parameters.tensor(node.name.isEmpty ? name : "\(node.name).\(name)"))
            }
            return Dictionary(uniqueKeysWithValues: tensors.compactMap { name, tensor in tensor.map { (name, $0) } })
        }
        readers = Program.readers(network.liveNodes, of: network)
        var isNormalised = [Bool](repeating: false, count: network.nodes.count)
        for node in network.nodes {
            guard case .batchNorm = node.operation,
                case .convolution(let convolution) = network[node.inputs[0]].operation
            else {
                continue
            }
            isNormalised[node.inputs[0].index] = convolution.bias && readers[node.inputs[0].index] == 1
        }
        biasIsOmittedInTraining = isNormalised
    }

    /// Runs the network and returns its (first) output.
    ///
    /// - Parameters:
    ///   - images: `[B, C, H, W]`, converted to the weights' type and device.
    ///   - training: normalises by the batch and updates running statistics, draws noise, and records gradients where the thread does.
    /// - Throws: `ExecutionError` where the images do not fit; `TorchError` where libtorch fails.
    public func callAsFunction(_ images: Tensor, training: Bool = false) throws -> Tensor {
        try outputs(images, training: training)[0]
    }

    /// Runs the network and returns every output.
    ///
    /// - Parameter replacing: values that take the place of nodes' own, by the nodes' names: for looking at one part alone.
    public func outputs(
        _ images: Tensor, training: Bool = false, replacing substitutes: [String: Tensor] = [:]
    ) throws -> [Tensor] {
        let shape = images.shape
        guard shape.count == network.inputShape.dimensions.count + 1,
            Array(shape.dropFirst()) == network.inputShape.dimensions
        else {
            throw ExecutionError(
                "the images have shape \(shape), and the network takes [B, "
                    + network.inputShape.dimensions.map(String.init).joined(separator: ", ") + "]")
        }
        let program = program(training: training, given: Set(substitutes.keys))
        var values = [Tensor?](repeating: nil, count: network.nodes.count)
        for step in program.steps {
            let node = step.node
            if case .input = node.operation {
                values[node.id.index] = try images.to(
                    parameters.type, device: parameters.device, format: mapFormat(shape))
            } else if let substitute = substitutes[node.name] {
                values[node.id.index] = substitute
            } else {
                let inputs = try step.inputs.map { try require(values[$0], node) }
                values[node.id.index] = try run(step.work, node, inputs, training: training)
            }
            if let fakeQuantization, let value = values[node.id.index] {
                values[node.id.index] = try fakeQuantization.value(value, node)
            }
            for input in step.released { values[input] = nil }
        }
        return try network.outputs.map { try require(values[$0.index], network[$0]) }
    }

    /// The steps of a run, made anew where values are given: that is for looking, not for speed.
    private func program(training: Bool, given: Set<String>) -> Program {
        var options: Program.Options = []
        if !isPlain, parameters.type == .float32 {
            if parameters.device.isCPU { options.formUnion([.fusesPooling, .fusesActivations]) }
            if !training, !Torch.isRecordingGradients { options.insert(.foldsConvolutions) }
        }
        if given.isEmpty, let program = programs[options] { return program }
        let program = Program(network, options: options, given: given)
        if given.isEmpty { programs[options] = program }
        return program
    }

    private func mapFormat(_ shape: [Int]) -> MemoryFormat? {
        shape.count == 4 ? parameters.format : nil
    }

    private func require(_ value: Tensor?, _ node: Node) throws -> Tensor {
        guard let value else { throw ExecutionError("\(node.name): an input was released too early") }
        return value
    }

    /// A parameter of a node.
    func parameter(_ name: String, of node: Node) throws -> Tensor {
        guard let tensor = nodeTensors[node.id.index][name] else {
            throw ExecutionError("the network has no parameter \(node.name).\(name)")
        }
        return try fakeQuantization?.weights(tensor, name, of: node) ?? tensor
    }

    /// All parameters and buffers of a node.
    func tensors(of node: Node) -> [Tensor] {
        node.operation.details.parameters.compactMap { nodeTensors[node.id.index][$0.name] }
    }

    /// Whether a node may overwrite its input: nobody else reads it, and its maker's gradient does not need it.
    private func mayOverwriteInput(of node: Node) -> Bool {
        guard let input = node.inputs.first, readers[input.index] == 1 else { return false }
        if case .batchNorm = network[input].operation { return true }
        return false
    }

    private func run(_ work: Program.Work, _ node: Node, _ inputs: [Tensor], training: Bool) throws -> Tensor {
        switch work {
        case .node: try run(node, inputs, training: training)
        case .convolution(let folded): try folded(inputs[0], self)
        case .normalisation(let details, let normalisation, let function):
            try batchNorm(details, normalisation, inputs[0], training: training, activation: function)
        case .pooling(let details, let weighting): try windowPool(details, inputs[0], logits: inputs[1], weighting)
        }
    }

    private func run(_ node: Node, _ inputs: [Tensor], training: Bool) throws -> Tensor {
        let x = inputs[0]
        switch node.operation {
        case .input: return x
        case .convolution(let details):
            let hasBias = details.bias && !(training && biasIsOmittedInTraining[node.id.index])
            return try details.window.convolution(
                x, weight: parameter("weight", of: node), bias: hasBias ? parameter("bias", of: node) : nil,
                groups: details.groups)
        case .batchNorm(let details): return try batchNorm(details, node, x, training: training)
        case .instanceNorm(let details):
            return try x.instanceNorm(
                weight: parameter("weight", of: node), bias: parameter("bias", of: node), epsilon: details.epsilon)
        case .activation(let details): return try activate(details.function, x, inPlace: mayOverwriteInput(of: node))
        case .scale(let details): return try scale(details, node, x)
        case .add: return try x + inputs[1]
        case .multiply: return try x * inputs[1]
        case .dropout(let details): return try drop(details.probability, x, training: training)
        case .gaussianNoise(let details): return try noise(details, x, training: training)
        case .maxPool(let details): return try details.window.maximum(x)
        case .averagePool(let details): return try averagePool(details, x, training: training)
        case .globalAveragePool: return try x.mean([2, 3], keepDimensions: true)
        case .localDeviation(let details): return try localDeviation(details, x)
        case .powerPool(let details): return try powerPool(details, node, x)
        case .windowPool(let details) where details.isSampled:
            return try sampledWindowPool(details, x, weights: inputs[1], training: training)
        case .windowPool(let details): return try windowPool(details, x, logits: inputs[1], WindowWeighting())
        case .comparisonPool(let details): return try comparisonPool(details, node, x, reference: inputs[1])
        case .fixedFilter(let details): return try filter(details, node, x)
        case .rnnPool(let details): return try recurrentPool(details, node, x)
        case .upsampleBilinear(let details): return try x.upsampledBilinear(to: details.size.pair)
        case .depthToSpace(let details): return try depthToSpace(details, x)
        case .multiHeadAttention(let details): return try attention(details, node, x)
        case .attentionHead(let details): return try attentionHead(details, node, x)
        case .positionEmbedding(let details): return try addPositions(details, node, x)
        case .linear(let details):
            return try x.linear(
                weight: parameter("weight", of: node), bias: details.bias ? parameter("bias", of: node) : nil)
        case .flatten: return try x.reshaped([x.shape[0], -1])
        }
    }

    private func scale(_ details: Scale, _ node: Node, _ x: Tensor) throws -> Tensor {
        guard details.isLearned else { return try x * details.factor }
        let factor = try parameter("factor", of: node)
        return try x * (details.isProportion ? factor.clamped(minimum: 0).clamped(maximum: 1) : factor)
    }

    private func activate(_ function: Activation.Function, _ x: Tensor, inPlace: Bool) throws -> Tensor {
        switch function {
        case .relu: try inPlace ? x.reluInPlace() : x.relu()
        case .relu6: try inPlace ? x.relu6InPlace() : x.relu6()
        case .sigmoid: try x.sigmoid()
        case .hardSwish: try x.hardSwish()
        case .hardSigmoid: try x.hardSigmoid()
        case .exponential: try x.exp()
        case .softplus: try x.softplus()
        }
    }
}
