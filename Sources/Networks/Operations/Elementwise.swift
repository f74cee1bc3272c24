/// A function of each element.
public struct Activation: OperationKind {
    public static let name = Operation.Name.activation

    /// Which function.
    public enum Function: String, Sendable, Hashable, Codable, CaseIterable {
        /// max(x, 0)
        case relu
        /// min(max(x, 0), 6)
        case relu6
        /// 1 / (1 + e⁻ˣ)
        case sigmoid
        /// x · ReLU6(x + 3) / 6
        case hardSwish
        /// ReLU6(x + 3) / 6
        case hardSigmoid
        /// eˣ
        case exponential
        /// log(1 + eˣ)
        case softplus
        /// (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)
        case tanh
        /// min(max(x, −1), 1)
        case hardTanh
        /// x: on a device the same number at another scale.
        case identity

        /// The ends between which it lets numbers through unchanged; nil for a function that does more than that.
        public var limits: (low: Double?, high: Double?)? {
            switch self {
            case .relu: (0, nil)
            case .relu6: (0, 6)
            case .hardTanh: (-1, 1)
            case .sigmoid, .hardSwish, .hardSigmoid, .exponential, .softplus, .tanh, .identity: nil
            }
        }
    }

    public var function: Function

    /// An activation by its function.
    public init(_ function: Function) { self.function = function }

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape { try single(inputs) }

    public var slidingWindow: Window? { nil }
    public var parameters: [ParameterSpecification] { [] }
    public func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int { 0 }
    public func warning(_ inputs: [Shape]) -> String? { nil }
}

/// Multiplies every element by a number: one for all, fixed or learned, or a learned one for each channel or position. A fixed number may then
/// be added: x · factor + offset. Learned numbers of one a channel may be added or taken away instead.
public struct Scale: OperationKind {
    public static let name = Operation.Name.scale

    /// What becomes of learned numbers that are no factors.
    public enum Combination: String, Sendable, Hashable, Codable, CaseIterable {
        /// x + number
        case add
        /// x − number
        case subtract
    }

    /// The number, or the value that learned ones start from.
    public var factor: Double
    public var isLearned: Bool
    /// Shape of learned factors: C×1×1 is one a channel, 1×H×W one a position; nil is one for all.
    public var shape: Shape?
    /// Whether learned factors are kept in 0…1 (where they lie outside, the nearer end counts, and nothing is learned).
    @OptionalFlag public var isProportion: Bool
    /// The number that is added, where factors are no learned ones; nil for none.
    public var offset: Double?
    /// What is done with learned numbers of one a channel instead of multiplying; nil for factors.
    public var combination: Combination?

    /// A scale by its factor.
    public init(
        _ factor: Double, isLearned: Bool = false, shape: Shape? = nil, isProportion: Bool = false,
        offset: Double? = nil, combination: Combination? = nil
    ) {
        self.factor = factor
        self.isLearned = isLearned
        self.shape = shape
        self.isProportion = isProportion
        self.offset = offset
        self.combination = combination
    }

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape {
        let input = try single(inputs)
        try require(factor.isFinite, "its factor is \(factor): use a finite number")
        if let offset {
            try require(offset.isFinite, "its offset is \(offset): use a finite number")
            try require(!isLearned, "it has an offset and learned factors: use one of them")
        }
        if combination != nil {
            try require(
                isLearned && !isProportion && shape?.size == 1,
                "it adds numbers that are not learned ones of one a channel: learn them, with the shape [C, 1, 1]")
        }
        if let shape {
            try require(isLearned, "its fixed factors have a shape: only learned ones do")
            try require(
                input.isMap && (shape == Shape(input.channels, 1) || shape == Shape(1, input.size)),
                "its factors \(shape) do not fit the map \(input): use one a channel or one a position")
        }
        return input
    }

    public var parameters: [ParameterSpecification] {
        guard isLearned else { return [] }
        return [
            ParameterSpecification(
                learnedName, shape?.dimensions ?? [1], role: .undecayed, initializer: .constant(factor))
        ]
    }

    /// What its learned numbers are called.
    public var learnedName: String { combination == nil ? "factor" : "summand" }

    public func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int {
        combination == nil ? output.count : 0
    }

    public var slidingWindow: Window? { nil }
    public func warning(_ inputs: [Shape]) -> String? { nil }
}

/// Sum of two values. One of them may be `[C, 1, 1]` and then counts for the whole map.
public struct Add: OperationKind {
    public static let name = Operation.Name.add

    public init() {}

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape { try broadcast(inputs) }

    public var slidingWindow: Window? { nil }
    public var parameters: [ParameterSpecification] { [] }
    public func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int { 0 }
    public func warning(_ inputs: [Shape]) -> String? { nil }
}

/// Difference of two values, the second taken from the first. One of them may be `[C, 1, 1]` and then counts for the whole map.
public struct Subtract: OperationKind {
    public static let name = Operation.Name.subtract

    public init() {}

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape { try broadcast(inputs) }

    public var slidingWindow: Window? { nil }
    public var parameters: [ParameterSpecification] { [] }
    public func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int { 0 }
    public func warning(_ inputs: [Shape]) -> String? { nil }
}

/// Product of two values. One of them may be `[C, 1, 1]` and then counts for the whole map.
public struct Multiply: OperationKind {
    public static let name = Operation.Name.multiply

    public init() {}

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape { try broadcast(inputs) }

    public func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int { output.count }

    public var slidingWindow: Window? { nil }
    public var parameters: [ParameterSpecification] { [] }
    public func warning(_ inputs: [Shape]) -> String? { nil }
}

private func broadcast(_ inputs: [Shape]) throws(NetworkError) -> Shape {
    guard inputs.count == 2 else { throw NetworkError("takes two inputs, given \(inputs.count)") }
    let (a, b) = (inputs[0], inputs[1])
    if a == b { return a }
    if a.isMap, b.isMap, a.channels == b.channels {
        if b.size == 1 { return a }
        if a.size == 1 { return b }
    }
    throw NetworkError("its inputs have shapes \(a) and \(b), which do not fit each other")
}

/// Sets elements to zero at random while training (Srivastava et al., 2014).
public struct Dropout: OperationKind {
    public static let name = Operation.Name.dropout

    /// Probability of an element to go, 0 up to but not including 1.
    public var probability: Double

    /// A dropout by its probability.
    public init(_ probability: Double) { self.probability = probability }

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape {
        try require((0..<1).contains(probability), "its probability is \(probability): use 0 up to, not including, 1")
        return try single(inputs)
    }

    public var slidingWindow: Window? { nil }
    public var parameters: [ParameterSpecification] { [] }
    public func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int { 0 }
    public func warning(_ inputs: [Shape]) -> String? { nil }
}

/// Noise for a stochastic pooling: the first input `[C, 1, 1]` times ε ~ N(0, 1) while training, 0 in evaluation.
public struct GaussianNoise: OperationKind {
    public static let name = Operation.Name.gaussianNoise

    /// The size ε is drawn for: each position its own (the map's size), or one for all (1×1).
    public var size: Size

    /// Noise by the size it is drawn for.
    public init(size: Size) { self.size = size }

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape {
        let input = try singleMap(inputs)
        try require(input.size == 1, "takes one deviation a channel (C×1×1), given \(input)")
        try require(size.height > 0 && size.width > 0, "its size is \(size): use at least 1×1")
        return Shape(input.channels, size)
    }

    public var slidingWindow: Window? { nil }
    public var parameters: [ParameterSpecification] { [] }
    public func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int { 0 }
    public func warning(_ inputs: [Shape]) -> String? { nil }
}
