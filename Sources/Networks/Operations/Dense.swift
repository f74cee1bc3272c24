/// `x Wᵀ + b` of a vector: `[inputs]` → `[outputs]`.
public struct Linear: OperationKind {
    public static let kind = "linear"

    public var inputs: Int
    public var outputs: Int
    public var bias: Bool

    /// A linear layer by its sizes.
    public init(inputs: Int, outputs: Int, bias: Bool = true) {
        self.inputs = inputs
        self.outputs = outputs
        self.bias = bias
    }

    public func outputShape(_ shapes: [Shape]) throws(NetworkError) -> Shape {
        let input = try single(shapes)
        try require(input == [inputs], "takes a vector of \(inputs), given \(input)")
        try require(outputs > 0, "it has \(outputs) outputs: use at least 1")
        return [outputs]
    }

    public var parameters: [ParameterSpecification] {
        let weight = ParameterSpecification(
            "weight", [outputs, inputs], role: .weight, initializer: .uniform(fanIn: inputs))
        guard bias else { return [weight] }
        return [weight, ParameterSpecification("bias", [outputs], role: .undecayed, initializer: .uniform(fanIn: inputs))]
    }

    public func multiplyAccumulates(_ shapes: [Shape], _ output: Shape) -> Int { inputs * outputs }
}

/// A map as a vector: `[C, H, W]` → `[C·H·W]`, channels slowest.
public struct Flatten: OperationKind {
    public static let kind = "flatten"

    public init() {}

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape { [try single(inputs).count] }
}

/// The image: `[C, H, W]`.
public struct Input: OperationKind {
    public static let kind = "input"

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
}
