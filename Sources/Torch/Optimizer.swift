/// Changes parameters by their gradients, one step at a time.
///
/// Both optimisers run libtorch's fused kernels: one pass over each parameter and its state. A parameter without a gradient
/// is left alone.
public protocol Optimizer: AnyObject {
    /// Applies the accumulated gradients.
    ///
    /// - Parameter skipping: one number on the parameters' device, 1 where the step is to be left out and 0 where not,
    ///   which nothing waits for (see `LossScale`); nil for a step in any case.
    func step(learningRate: Double, skipping: Tensor?) throws

    /// Forgets the accumulated gradients.
    func clearGradients()

    /// Names and tensors of everything a resumed run needs, for example `net.fc.weight.momentum`.
    func state() throws -> [(name: String, tensor: Tensor)]

    /// Restores what `state()` gave.
    ///
    /// - Throws: `TorchError` where a tensor is missing or of another shape.
    func restore(_ state: [String: Tensor]) throws
}

extension Optimizer {
    /// Applies the accumulated gradients.
    public func step(learningRate: Double) throws { try step(learningRate: learningRate, skipping: nil) }

    /// One training step: the gradients of `loss`, a change of the parameters, and a clean slate for the next step.
    public func minimize(_ loss: Tensor, learningRate: Double) throws {
        try loss.backward()
        try step(learningRate: learningRate)
        clearGradients()
    }
}

/// A parameter as an optimiser sees it.
public struct OptimizedParameter {
    /// State-dict name.
    public let name: String
    /// The leaf that is changed in place.
    public let tensor: Tensor
    /// L2 penalty (SGD) or decoupled decay (AdamW).
    public let weightDecay: Double
    /// What a step's learning rate is multiplied by.
    public let rateFactor: Double

    /// Creates a description of one parameter.
    public init(name: String, tensor: Tensor, weightDecay: Double, rateFactor: Double = 1) {
        self.name = name
        self.tensor = tensor
        self.weightDecay = weightDecay
        self.rateFactor = rateFactor
    }
}

/// Scales gradients so that their common Euclidean norm is at most `maximum`.
///
/// - Returns: the norm before clipping.
public func clipGradients(of parameters: [Tensor], maximum: Double) throws -> Tensor {
    try Torch.withoutGradients {
        let gradients = parameters.compactMap(\.gradient)
        guard !gradients.isEmpty else { return try Tensor.zeros([]) }
        let norms = try ATen.foreachNorm(all: [.tensors(gradients), .double(2)], maximumResults: gradients.count)
        let norm = try Tensor.stacked(norms.compactMap { $0 }).norm()
        let factor = try Tensor.full([], maximum, type: norm.scalarType(), device: norm.device) / (norm + 1e-6)
        try ATen.foreachMultiplyInPlace.run([.tensors(gradients), .tensor(factor.clamped(maximum: 1))])
        return norm
    }
}

/// Moves each of `tensors` towards its partner in `targets`: t + weight · (target − t).
public func interpolate(_ tensors: [Tensor], towards targets: [Tensor], weight: Double) throws {
    guard !tensors.isEmpty else { return }
    try Torch.withoutGradients {
        try ATen.foreachLerpInPlace.run([.tensors(tensors), .tensors(targets), .double(weight)])
    }
}

/// Parameters with one weight decay and one learning rate: what one fused call takes.
struct ParameterGroup {
    let weightDecay: Double
    let rateFactor: Double
    let members: [Int]

    static func groups(of parameters: [OptimizedParameter]) -> [ParameterGroup] {
        Dictionary(grouping: parameters.indices) { [parameters[$0].weightDecay, parameters[$0].rateFactor] }
            .sorted { $0.key.lexicographicallyPrecedes($1.key) }
            .map { ParameterGroup(weightDecay: $0.key[0], rateFactor: $0.key[1], members: $0.value) }
    }
}

extension Dictionary where Key == String, Value == Tensor {
    /// Copies the tensor `name` over `target`.
    func restore(_ name: String, into target: Tensor) throws {
        guard let source = self[name] else {
            throw TorchError(operation: "optimiser", message: "the checkpoint has no \(name)")
        }
        guard source.shape == target.shape else {
            throw TorchError(
                operation: "optimiser",
                message: "\(name) has shape \(source.shape) in the checkpoint, needed \(target.shape)")
        }
        try target.copy(from: source)
    }
}
