/// Adam with decoupled weight decay (Loshchilov and Hutter, 2019).
public final class AdamW: Optimizer {
    private let parameters: [OptimizedParameter]
    private let groups: [ParameterGroup]
    private let beta1: Double
    private let beta2: Double
    private let epsilon: Double
    private let means: [Tensor]
    private let squares: [Tensor]
    private let steps: [Tensor]

    /// An optimiser of `parameters`.
    public init(
        _ parameters: [OptimizedParameter], beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8
    ) throws {
        self.parameters = parameters
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        groups = ParameterGroup.groups(of: parameters)
        means = try parameters.map { try Tensor.zeros(like: $0.tensor.detached()) }
        squares = try parameters.map { try Tensor.zeros(like: $0.tensor.detached()) }
        steps = try parameters.map { try Tensor.zeros([], device: $0.tensor.device) }
    }

    public func step(learningRate: Double, skipping: Tensor?) throws {
        try Torch.withoutGradients {
            for group in groups {
                let members = group.members.filter { parameters[$0].tensor.gradient != nil }
                guard !members.isEmpty else { continue }
                let counts = members.map { steps[$0] }
                try ATen.foreachAddScalarInPlace.run([.tensors(counts), .int(1)])
                try ATen.fusedAdamW.run([
                    .tensors(members.map { parameters[$0].tensor }),
                    .tensors(members.compactMap { parameters[$0].tensor.gradient }),
                    .tensors(members.map { means[$0] }), .tensors(members.map { squares[$0] }), .tensors([]),
                    .tensors(counts), .double(learningRate * group.rateFactor), .double(beta1),
                    .double(beta2),
                    .double(group.weightDecay), .double(epsilon), .bool(false), .bool(false), .none, .tensor(skipping),
                ])
                // A step that was left out does not count.
                if let skipping {
                    let skips = counts.map { _ in skipping }
                    try ATen.foreachSubtractInPlace.run([.tensors(counts), .tensors(skips), .int(1)])
                }
                for index in members { parameters[index].tensor.countChange() }
            }
        }
    }

    public func clearGradients() { for parameter in parameters { parameter.tensor.clearGradient() } }

    public func state() throws -> [(name: String, tensor: Tensor)] {
        parameters.indices.flatMap { index in
            let name = parameters[index].name
            return [("\(name).mean", means[index]), ("\(name).square", squares[index]), ("\(name).step", steps[index])]
        }
    }

    public func restore(_ state: [String: Tensor]) throws {
        for (index, parameter) in parameters.enumerated() {
            try state.restore("\(parameter.name).mean", into: means[index])
            try state.restore("\(parameter.name).square", into: squares[index])
            try state.restore("\(parameter.name).step", into: steps[index])
        }
    }
}
