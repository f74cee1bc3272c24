/// What a parameter or buffer of a network is, before any memory holds it.
public struct ParameterSpecification: Sendable, Hashable {
    /// State-dict name. Within an operation relative to its node; in `Network.parameters` complete.
    public var name: String

    /// Dimensions, as PyTorch lays them out: `[out, in / groups, h, w]` for a convolution.
    public let shape: [Int]

    /// Role in training.
    public let role: Role

    /// How a new network fills it.
    public let initializer: Initializer

    /// What training does with a tensor.
    public enum Role: Sendable, Hashable {
        /// Changed by the optimiser, with weight decay.
        case weight
        /// Changed by the optimiser, without weight decay (biases, normalisation, positions).
        case undecayed
        /// Running statistics: saved, never optimised.
        case buffer
        /// A whole number that counts training steps: saved, never optimised.
        case counter
    }

    /// A description of one tensor.
    public init(_ name: String, _ shape: [Int], role: Role, initializer: Initializer) {
        self.name = name
        self.shape = shape
        self.role = role
        self.initializer = initializer
    }

    /// Whether the optimiser changes it.
    public var isTrainable: Bool { role == .weight || role == .undecayed }

    /// Number of elements.
    public var count: Int { shape.reduce(1, *) }
}

/// How the elements of a new parameter are drawn.
public enum Initializer: Sendable, Hashable {
    case constant(Double)
    /// Uniform between two bounds.
    case uniform(Double, Double)
    /// Normal with mean 0.
    case normal(deviation: Double)
    /// As the weights of trained transformers' attention look.
    case mimetic(MimeticStart)
}

extension Initializer {
    /// He et al. (2015): keeps the variance of gradients through ReLUs.
    static func kaimingNormal(fanOut: Int) -> Initializer {
        .normal(deviation: (2 / Double(max(1, fanOut))).squareRoot())
    }

    /// PyTorch's default for linear layers and convolutions: U(±1/√fan-in).
    static func uniform(fanIn: Int) -> Initializer {
        let bound = 1 / Double(max(1, fanIn)).squareRoot()
        return .uniform(-bound, bound)
    }

    /// Glorot and Bengio (2010).
    static func xavierUniform(fanIn: Int, fanOut: Int) -> Initializer {
        let bound = (6 / Double(max(1, fanIn + fanOut))).squareRoot()
        return .uniform(-bound, bound)
    }
}
