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

    /// Names of batch normalisations that go by their running statistics in training too, and leave them as they are: those of frozen
    /// weights.
    public var frozenNormalisations: Set<String> = []

    private var programs: [Program.Options: Program] = [:]
    private let nodeTensors: [[String: Tensor]]
    private let readers: [Int]
    /// For each node that is a convolution whose bias a batch normalisation takes out again, that one's name.
    private let normalisers: [String?]
    private var constants: [String: Tensor] = [:]

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
        var normalisers = [String?](repeating: nil, count: network.nodes.count)
        for node in network.nodes {
            guard case .normalisation = node.part, case .convolution(let convolution) = network[node.inputs[0]].part
            else { continue }
            if convolution.bias, readers[node.inputs[0].index] == 1 { normalisers[node.inputs[0].index] = node.name }
        }
        self.normalisers = normalisers
    }

    /// A tensor that is no parameter, such as a table of positions or a fixed filter, made once for each type that it is read in: mixed
    /// precision hands an operation maps in fewer bits than the same model's evaluation does.
    func constant(_ name: String, _ type: ScalarType, _ make: () throws -> Tensor) throws -> Tensor {
        let key = "\(name) \(type)"
        if let made = constants[key] { return made }
        let made = try Torch.withoutGradients { try make().to(type, device: parameters.device) }
        constants[key] = made
        return made
    }

    /// Whether a convolution leaves its bias out in training, since a batch normalisation takes it out again.
    func omitsBiasInTraining(_ convolution: Node.ID) -> Bool {
        normalisers[convolution.index].map { !frozenNormalisations.contains($0) } ?? false
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
            if node.id == network.input.id {
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
    func mayOverwriteInput(of node: Node) -> Bool {
        guard let input = node.inputs.first, readers[input.index] == 1 else { return false }
        switch network[input].part {
        case .normalisation: return true
        case .alone, .convolution, .activation, .factor, .pooling: return false
        }
    }

    private func run(_ work: Program.Work, _ node: Node, _ inputs: [Tensor], training: Bool) throws -> Tensor {
        switch work {
        case .node: try node.execution.output(inputs, NodeRun(model: self, node: node, training: training))
        case .convolution(let folded): try folded(inputs[0], self)
        case .normalisation(let details, let normalisation, let function):
            try batchNorm(details, normalisation, inputs[0], training: training, activation: function)
        case .pooling(let details, let weighting):
            try details.pooled(inputs[0], logits: inputs[1], weighting, in: self)
        }
    }
}
