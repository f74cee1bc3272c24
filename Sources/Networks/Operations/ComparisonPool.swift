/// Weighted mean of each window, where a pixel weighs by how it compares with its window's reference: inputs X `[C, H, W]` and M
/// `[C, H'', W'']`, of which the first H' × W' positions count, one for each window.
///
/// Y = Σ w(x, m)·x / Σ w(x, m) over the pixels of the window that lie on the map.
public struct ComparisonPool: WindowedOperation {
    public static let name = Operation.Name.comparisonPool

    /// w(x, m).
    public enum Weighting: String, Sendable, Hashable, Codable, CaseIterable {
        /// exp(2xm / (x² + m²)): the exponent of the Dice–Sørensen coefficient (Stergiou and Poppe, 2022).
        case dice
        /// e^α + (d / mean of d in the window)^(e^λ / 2), d = (x − m)² + 0.001, with α and λ learned for each channel: detail-preserving
        /// pooling (Saeedan et al., 2018) as its authors compute it.
        case detail
        /// Likewise with d = max(x − m, 0)² + 0.001.
        case detailAbove
    }

    public var channels: Int
    @InlineWindow public var window: Window
    public var weighting: Weighting

    /// Keeps the Dice–Sørensen coefficient of two zeros defined.
    public static let tiny = 1e-8
    /// Added to squared differences.
    public static let epsilon = 1e-3

    /// A comparison by its window and weighting.
    public init(channels: Int, window: Window, weighting: Weighting) {
        self.channels = channels
        self.window = window
        self.weighting = weighting
    }

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape {
        guard inputs.count == 2 else {
            throw NetworkError("takes a map and its reference, given \(inputs.count) inputs")
        }
        let (x, reference) = (inputs[0], inputs[1])
        _ = try singleMap([x], channels: channels)
        try window.requireHalf()
        let size = try window.outputSize(x.size)
        try require(
            reference.isMap && reference.channels == channels && reference.height >= size.height
                && reference.width >= size.width,
            "its reference \(reference) does not have a position for each of the \(size) windows of the map \(x)")
        return Shape(channels, size)
    }

    public var parameters: [ParameterSpecification] {
        guard weighting != .dice else { return [] }
        return ["alpha", "lambda"].map {
            ParameterSpecification($0, [channels], role: .undecayed, initializer: .uniform(fanIn: channels))
        }
    }

    public func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int { 2 * output.count * window.kernel.area }

    public func warning(_ inputs: [Shape]) -> String? { nil }
}
