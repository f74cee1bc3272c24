/// Instance normalisation (Ulyanov, Vedaldi and Lempitsky, 2016) of a map: each channel of each image by its own mean and
/// variance over all positions, in training and in evaluation, then scaled and shifted.
public struct InstanceNorm: OperationKind {
    public static let name = Operation.Name.instanceNorm

    public var channels: Int
    public var epsilon: Double
    /// What a new network's scales are; nil is 1.
    public var initialWeight: Double?

    /// An instance normalisation by its hyper-parameters.
    public init(channels: Int, epsilon: Double = 1e-5, initialWeight: Double? = nil) {
        self.channels = channels
        self.epsilon = epsilon
        self.initialWeight = initialWeight
    }

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape {
        let input = try singleMap(inputs, channels: channels)
        try require(epsilon > 0 && epsilon.isFinite, "its epsilon is \(epsilon): use a small positive number")
        try require(initialWeight?.isFinite != false, "its first weight is no finite number")
        return input
    }

    public var parameters: [ParameterSpecification] {
        [
            ParameterSpecification("weight", [channels], role: .undecayed, initializer: .constant(initialWeight ?? 1)),
            ParameterSpecification("bias", [channels], role: .undecayed, initializer: .constant(0)),
        ]
    }

    /// Unlike batch normalisation it folds into nothing: a product an element.
    public func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int { output.count }

    public var slidingWindow: Window? { nil }
    public func warning(_ inputs: [Shape]) -> String? { nil }
}
