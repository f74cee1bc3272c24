/// Batch normalisation (Ioffe and Szegedy, 2015) of a map `[C, H, W]` or a vector `[C]`.
public struct BatchNorm: OperationKind {
    public static let name = Operation.Name.batchNorm

    public var channels: Int
    public var epsilon: Double
    /// Share of the batch in the running statistics.
    public var momentum: Double

    /// The size that the map will be upsampled to (nearest) behind this node, where the node stands in front of an upsampling that
    /// the layer's definition puts before it. Training statistics then weigh each position by its copies, which makes both
    /// orders the same; nil weighs all alike.
    public var statisticsSize: Size?

    /// What a new network's scales are; nil is 1. With 0, what follows starts from the biases alone.
    public var initialWeight: Double?

    /// A batch normalisation by its hyper-parameters.
    public init(
        channels: Int, epsilon: Double = 1e-5, momentum: Double = 0.1, statisticsSize: Size? = nil,
        initialWeight: Double? = nil
    ) {
        self.channels = channels
        self.epsilon = epsilon
        self.momentum = momentum
        self.statisticsSize = statisticsSize
        self.initialWeight = initialWeight
    }

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape {
        let input = try single(inputs)
        try require(input.channels == channels, "takes \(channels) channels, given \(input.channels) (\(input))")
        try require(epsilon > 0 && epsilon.isFinite, "its epsilon is \(epsilon): use a small positive number")
        try require((0...1).contains(momentum), "its momentum is \(momentum): use 0 to 1")
        try require(initialWeight?.isFinite != false, "its first weight is no finite number")
        if let size = statisticsSize {
            try require(
                input.isMap && size.height >= input.height && size.width >= input.width && size.height <= 1 << 16
                    && size.width <= 1 << 16,
                "its statistics are those of a \(size) map, which no \(input) is upsampled to")
        }
        return input
    }

    public var parameters: [ParameterSpecification] {
        [
            ParameterSpecification("weight", [channels], role: .undecayed, initializer: .constant(initialWeight ?? 1)),
            ParameterSpecification("bias", [channels], role: .undecayed, initializer: .constant(0)),
            ParameterSpecification("running_mean", [channels], role: .buffer, initializer: .constant(0)),
            ParameterSpecification("running_var", [channels], role: .buffer, initializer: .constant(1)),
            ParameterSpecification("num_batches_tracked", [], role: .counter, initializer: .constant(0)),
        ]
    }

    public var slidingWindow: Window? { nil }
    public func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int { 0 }
    public func warning(_ inputs: [Shape]) -> String? { nil }
}
