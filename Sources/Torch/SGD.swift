/// Stochastic gradient descent with momentum: v ← μ v + g + λ w, w ← w − η v (Nesterov: w ← w − η (g + λ w + μ v)).
public final class SGD: Optimizer {
    private let parameters: [OptimizedParameter]
    private let groups: [ParameterGroup]
    private let momentum: Double
    private let nesterov: Bool
    private let velocities: [Tensor]

    /// An optimiser of `parameters`.
    ///
    /// - Parameters:
    ///   - momentum: μ, 0 for none.
    ///   - nesterov: looks ahead along the momentum.
    public init(_ parameters: [OptimizedParameter], momentum: Double = 0.9, nesterov: Bool = false) throws {
        self.parameters = parameters
        self.momentum = momentum
        self.nesterov = nesterov && momentum > 0
        groups = ParameterGroup.groups(of: parameters)
        velocities = momentum > 0 ? try parameters.map { try Tensor.zeros(like: $0.tensor.detached()) } : []
    }

    public func step(learningRate: Double, skipping: Tensor?) throws {
        try Torch.withoutGradients {
            for group in groups {
                var weights: [Tensor] = []
                var gradients: [Tensor] = []
                var momenta: [Tensor] = []
                for index in group.members {
                    guard let gradient = parameters[index].tensor.gradient else { continue }
                    weights.append(parameters[index].tensor)
                    gradients.append(gradient)
                    if momentum > 0 { momenta.append(velocities[index]) }
                }
                guard !weights.isEmpty else { continue }
                // Zero velocities make the first step what PyTorch's "first step" is, without dampening.
                try ATen.fusedSGD.run([
                    .tensors(weights), .tensors(gradients), .tensors(momenta), .double(group.weightDecay),
                    .double(momentum),
                    .double(learningRate * group.rateFactor), .double(0), .bool(nesterov), .bool(false), .bool(false),
                    .none, .tensor(skipping),
                ])
                for weight in weights { weight.countChange() }
            }
        }
    }

    public func clearGradients() { for parameter in parameters { parameter.tensor.clearGradient() } }

    public func state() throws -> [(name: String, tensor: Tensor)] {
        zip(parameters, velocities).map { ("\($0.name).momentum", $1) }
    }

    public func restore(_ state: [String: Tensor]) throws {
        for (parameter, velocity) in zip(parameters, velocities) {
            try state.restore("\(parameter.name).momentum", into: velocity)
        }
    }
}
