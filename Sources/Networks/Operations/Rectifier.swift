/// x where x ≥ 0, slope · x below: a leaky ReLU with one fixed slope (Maas et al., 2013), or a parametric ReLU with a learned one for each
/// channel (He et al., 2015).
public struct ParametricReLU: OperationKind {
    public static let name = Operation.Name.parametricReLU

    /// The slope, or the value that learned ones start from.
    public var slope: Double
    /// Channels with a learned slope each; nil where the slope is fixed, one for all.
    public var channels: Int?

    /// A rectifier by its slope.
    public init(slope: Double, channels: Int? = nil) {
        self.slope = slope
        self.channels = channels
    }

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape {
        let input = try single(inputs)
        try require(slope.isFinite, "its slope is \(slope): use a finite number")
        if let channels {
            try require(
                input.channels == channels, "it has \(channels) slopes for the \(input.channels) channels of \(input)")
        }
        return input
    }

    public var parameters: [ParameterSpecification] {
        guard let channels else { return [] }
        return [ParameterSpecification("weight", [channels], role: .undecayed, initializer: .constant(slope))]
    }

    public var slidingWindow: Window? { nil }
    public func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int { 0 }
    public func warning(_ inputs: [Shape]) -> String? { nil }
}

/// Softmax over the channels, of a vector or of each pixel: eˣ / Σ eˣ.
public struct Softmax: OperationKind {
    public static let name = Operation.Name.softmax

    public init() {}

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape { try single(inputs) }

    public var slidingWindow: Window? { nil }
    public var parameters: [ParameterSpecification] { [] }
    public func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int { 0 }
    public func warning(_ inputs: [Shape]) -> String? { nil }
}
