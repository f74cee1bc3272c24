/// Power mean of each window: (mean of m(x)^p)^(1/p), over the window's pixels that lie on the map, with m(x) = max(|x|, floor) or
/// max(x, floor).
///
/// With |x| this is Lp pooling, with x generalised-mean pooling; p = 1 is the average, and p → ∞ the maximum.
public struct PowerPool: WindowedOperation {
    public static let name = Operation.Name.powerPool

    @InlineWindow public var window: Window
    /// p, or the value a learned one starts from.
    public var exponent: Double
    public var isLearned: Bool
    /// Whether m(x) begins with |x|.
    public var takesAbsolute: Bool
    /// Smallest m(x), which keeps gradients finite.
    public var floor: Double

    /// A power mean by its window and exponent.
    public init(
        window: Window, exponent: Double, isLearned: Bool, takesAbsolute: Bool,
        floor: Double = 1e-6
    ) {
        self.window = window
        self.exponent = exponent
        self.isLearned = isLearned
        self.takesAbsolute = takesAbsolute
        self.floor = floor
    }

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape {
        let input = try singleMap(inputs)
        try window.requireHalf()
        try require(exponent >= 1 && exponent <= 64, "its exponent is \(exponent): use 1 to 64")
        try require(floor > 0 && floor.isFinite, "its smallest value is \(floor): use a small positive number")
        return Shape(
            input.channels, try window.outputSize(input.size))
    }

    public var parameters: [ParameterSpecification] {
        isLearned ? [ParameterSpecification("p", [1], role: .undecayed, initializer: .constant(exponent))] : []
    }

    public func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int { output.count * window.kernel.area }

    public func warning(_ inputs: [Shape]) -> String? { nil }
}
