/// The 95 % interval of a share of independent successes (Wilson, *Probable Inference, the Law of Succession, and
/// Statistical Inference*, 1927): what else the share may well be on other images of the same kind. It holds for few
/// images and for shares near 0 and 1 too.
public struct ProportionInterval: Sendable, Equatable {
    public let lower: Double
    public let upper: Double

    /// The interval of a count; 0 to 1 where there is nothing to count.
    public init(successes: Int, of count: Int) {
        guard count > 0 else {
            (lower, upper) = (0, 1)
            return
        }
        // Of the normal distribution: between −z and z lie 95 %.
        let z = 1.959964
        let (n, share) = (Double(count), Double(successes) / Double(count))
        let scale = 1 + z * z / n
        let middle = (share + z * z / (2 * n)) / scale
        let half = z / scale * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
        lower = max(0, middle - half)
        upper = min(1, middle + half)
    }
}
