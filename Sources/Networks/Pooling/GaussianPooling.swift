/// Gaussian-based pooling (Kobayashi, *Gaussian-Based Pooling for Convolutional Neural Networks*, NeurIPS 2019).
///
/// μ₀ and σ₀ are mean and deviation of each window; y = μ₀ + softplus(μ(z) + σ(z)·ε)·σ₀, where z is a small network on the map's
/// global average and ε is noise in training and 0 in evaluation.
public struct GaussianPooling: PoolingMethod, Hashable {
    /// What shares one sample of the noise.
    public enum Noise: String, Sendable, Hashable, CaseIterable {
        /// Nothing: a sample for each position and channel (HWCN in the paper).
        case position = "hwcn"
        /// The positions of a channel (CN).
        case channel = "cn"
        /// No noise: y is deterministic.
        case none
    }

    /// Which noise.
    public var noise: Noise

    /// A Gaussian pooling by its noise.
    public init(noise: Noise = .position) { self.noise = noise }

    public func build(_ x: Node.ID, window: Window, in builder: NetworkBuilder) throws -> Node.ID {
        let channels = builder.shape(of: x).channels
        let mean = try builder.add(.averagePool(AveragePool(window)), [x], name: "mean")
        let deviation = try builder.add(.localDeviation(LocalDeviation(window)), [x], name: "deviation")

        let hidden = try builder.scope("ToHidden") {
            let global = try builder.add(.globalAveragePool(GlobalAveragePool()), [x], name: "0")
            let narrow = try builder.convolution(global, to: max(1, channels / 2), kernel: 1, bias: true, name: "1")
            return try builder.activation(try builder.batchNorm(narrow, name: "2"), .relu, name: "3")
        }
        var skew = try builder.scope("ToMean") {
            try builder.batchNorm(
                try builder.convolution(hidden, to: channels, kernel: 1, bias: true, name: "0"), name: "1")
        }
        let spread = try builder.scope("ToSigma") {
            let raw = try builder.convolution(hidden, to: channels, kernel: 1, bias: true, name: "0")
            return try builder.activation(try builder.batchNorm(raw, name: "1"), .sigmoid, name: "2")
        }
        if noise != .none {
            let size = noise == .position ? builder.shape(of: mean).size : 1
            let sample = try builder.add(.gaussianNoise(GaussianNoise(size: size)), [spread], name: "noise")
            skew = try builder.add(sample, skew, name: "sampled")
        }
        let weight = try builder.activation(skew, .softplus, name: "activation")
        return try builder.add(mean, try builder.multiply(deviation, weight, name: "weighted"), name: "")
    }
}
