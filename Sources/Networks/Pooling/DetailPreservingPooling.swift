/// Detail-preserving pooling (Saeedan, Weber, Goesele and Roth, *Detail-Preserving Pooling in Deep Networks*, CVPR 2018): pixels weigh
/// the more the farther they are from a blurred version of the map; how much more is learned for each channel.
///
/// Y = Σ w·x / Σ w, w = e^α + (d / mean d)^(e^λ / 2), d = (x − x̃)² + 0.001 or, where only what lies above counts,
/// max(x − x̃, 0)² + 0.001: the paper's equations with d over its mean in the window, as in the authors' code.
public struct DetailPreservingPooling: PoolingMethod, Hashable {
    /// Which pixels count as details.
    public enum Details: String, Sendable, Hashable, CaseIterable {
        /// All that differ from the blurred map.
        case symmetric
        /// Those above it.
        case asymmetric
    }

    public var details: Details
    /// Whether x̃ is a learned filter (the paper's full form) or the mean of the window (lite).
    public var isFull: Bool

    /// A detail-preserving pooling by its form.
    public init(details: Details = .symmetric, isFull: Bool = false) {
        self.details = details
        self.isFull = isFull
    }

    public func build(_ x: Node.ID, window: Window, in builder: NetworkBuilder) throws -> Node.ID {
        let channels = builder.shape(of: x).channels
        let blurred: Node.ID
        if isFull {
            // One row and column more than the window, in front: 3×3 for windows of 2×2, as the authors have it. There may be one
            // position too many, which nothing reads.
            blurred = try builder.convolution(
                x, to: channels, window: window.widened(before: 1), groups: channels, bias: true, name: "blur")
        } else {
            let mean = AveragePool(window, countsPadding: false)
            blurred = try builder.add(.averagePool(mean), [x], name: "mean")
        }
        let pool = ComparisonPool(
            channels: channels, window: window, weighting: details == .symmetric ? .detail : .detailAbove)
        return try builder.add(.comparisonPool(pool), [x, blurred], name: "")
    }
}
