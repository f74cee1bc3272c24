import Interchange
import Networks
import Torch

/// The tensors of a network, by their state-dict names.
public final class Parameters {
    /// What each tensor is, in the network's order.
    public let specifications: [ParameterSpecification]

    /// Type of the floating-point tensors.
    public let type: ScalarType

    /// Where the tensors live.
    public let device: Device

    /// How kernels and maps lie in memory.
    public let format: MemoryFormat

    private var tensors: [String: Tensor] = [:]

    /// New tensors, filled by each parameter's initialiser.
    ///
    /// A parameter's values depend on `seed` and its name alone, so that a change elsewhere in a network leaves them as they are.
    ///
    /// - Parameter format: left out, the one in which maps of this type are fastest.
    public init(
        of network: Network, seed: UInt64, type: ScalarType = .float32, device: Device = .cpu,
        format: MemoryFormat? = nil
    ) throws {
        specifications = network.parameters
        self.type = type
        self.device = device
        self.format = format ?? .preferred(for: type)
        for specification in specifications {
            let isKernel = specification.shape.count == 4
            let tensor = try Self.initialised(specification, seed: seed, type: type)
                .to(device: device, format: isKernel ? self.format : nil)
            tensors[specification.name] = specification.isTrainable ? try tensor.requireGradient() : tensor
        }
    }

    /// The tensor of a name.
    ///
    /// - Throws: `ExecutionError` for a name that the network does not have.
    public func tensor(_ name: String) throws -> Tensor {
        guard let tensor = tensors[name] else { throw ExecutionError("the network has no parameter \(name)") }
        return tensor
    }

    /// What the optimiser changes, in the network's order.
    public var trainable: [(specification: ParameterSpecification, tensor: Tensor)] {
        specifications.compactMap { specification in
            guard specification.isTrainable, let tensor = tensors[specification.name] else { return nil }
            return (specification, tensor)
        }
    }

    /// Everything, in the network's order.
    public var all: [(specification: ParameterSpecification, tensor: Tensor)] {
        specifications.compactMap { specification in tensors[specification.name].map { (specification, $0) } }
    }

    /// The trainable tensors as an optimiser takes them.
    ///
    /// - Parameters:
    ///   - weightDecay: of weights; biases, normalisation and positions are never decayed.
    ///   - rateFactor: what the learning rate of a name is multiplied by.
    public func optimized(
        weightDecay: Double, rateFactor: (String) -> Double = { _ in 1 }
    ) -> [OptimizedParameter] {
        trainable.map { specification, tensor in
            OptimizedParameter(
                name: specification.name, tensor: tensor, weightDecay: specification.role == .weight ? weightDecay : 0,
                rateFactor: rateFactor(specification.name))
        }
    }

    private static func initialised(
        _ specification: ParameterSpecification, seed: UInt64, type: ScalarType
    ) throws -> Tensor {
        if specification.role == .counter { return try Tensor.zeros(specification.shape, type: .int64) }
        switch specification.initializer {
        case .constant(let value): return try Tensor.full(specification.shape, value, type: type)
        case .uniform(let low, let high):
            Torch.seed(seed.mixed(with: specification.name))
            return try (Tensor.uniform(specification.shape, type: type) * (high - low) + low).detached()
        case .normal(let deviation):
            Torch.seed(seed.mixed(with: specification.name))
            return try (Tensor.normal(specification.shape, type: type) * deviation).detached()
        case .mimetic(let start): return try start.tensor(of: specification.name, seed: seed).to(type).detached()
        }
    }
}

extension UInt64 {
    /// A seed of its own for `text`: FNV-1a over its bytes, started from this seed.
    func mixed(with text: String) -> UInt64 {
        var hash = 0xcbf2_9ce4_8422_2325 ^ (self &* 0x9e37_79b9_7f4a_7c15)
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return hash
    }
}

extension MemoryFormat {
    /// The format in which maps of this type are fastest: channels last, but for double precision, whose convolutions have no
    /// such kernels.
    static func preferred(for type: ScalarType) -> MemoryFormat { type == .float64 ? .contiguous : .channelsLast }
}
