/// `x Wᵀ + b` of a vector: `[I]` → `[O]`.
public struct Linear: OperationKind {
    public static let name = Operation.Name.linear

    public var inputFeatures: Int
    public var outputFeatures: Int
    public var bias: Bool

    /// A linear layer by its sizes.
    public init(inputFeatures: Int, outputFeatures: Int, bias: Bool = true) {
        self.inputFeatures = inputFeatures
        self.outputFeatures = outputFeatures
        self.bias = bias
    }

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape {
        let input = try single(inputs)
        try require(input == [inputFeatures], "takes a vector of \(inputFeatures), given \(input)")
        try require(outputFeatures > 0, "it has \(outputFeatures) outputs: use at least 1")
        return [outputFeatures]
    }

    public var parameters: [ParameterSpecification] {
        let weight = ParameterSpecification(
            "weight", [outputFeatures, inputFeatures], role: .weight, initializer: .uniform(fanIn: inputFeatures))
        guard bias else { return [weight] }
        return [
            weight,
            ParameterSpecification(
                "bias", [outputFeatures], role: .undecayed, initializer: .uniform(fanIn: inputFeatures)),
        ]
    }

    public func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int { inputFeatures * outputFeatures }

    public var slidingWindow: Window? { nil }
    public func warning(_ inputs: [Shape]) -> String? { nil }
}

/// A map as a vector: `[C, H, W]` → `[C·H·W]`, channels slowest; or a vector as a map of one pixel: `[C]` → `[C, 1, 1]`.
public struct Flatten: OperationKind {
    public static let name = Operation.Name.flatten

    /// Whether a map of one pixel comes out, which sums and products spread over maps.
    @OptionalFlag public var toPixel: Bool

    /// A flattening, or its opposite.
    public init(toPixel: Bool = false) { self.toPixel = toPixel }

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape {
        let count = try single(inputs).count
        return toPixel ? Shape(count, 1) : [count]
    }

    public var slidingWindow: Window? { nil }
    public var parameters: [ParameterSpecification] { [] }
    public func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int { 0 }
    public func warning(_ inputs: [Shape]) -> String? { nil }
}

/// The image: `[C, H, W]`.
public struct Input: OperationKind {
    public static let name = Operation.Name.input

    public var shape: Shape

    /// An input by its shape.
    public init(_ shape: Shape) { self.shape = shape }

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape {
        try require(inputs.isEmpty, "the input takes no inputs, given \(inputs.count)")
        try require(
            (shape.isMap || shape.dimensions.count == 1) && shape.dimensions.allSatisfy { $0 > 0 },
            "the input's shape is \(shape): use channels × height × width, each at least 1")
        return shape
    }

    public var slidingWindow: Window? { nil }
    public var parameters: [ParameterSpecification] { [] }
    public func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int { 0 }
    public func warning(_ inputs: [Shape]) -> String? { nil }
}
