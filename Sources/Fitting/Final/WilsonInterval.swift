import Foundation

/// A share of images with its 95 % interval (Wilson, *Probable Inference, the Law of Succession, and Statistical
/// Inference*, 1927), which holds for few images and for shares near 0 and 1 too.
public struct WilsonInterval: Sendable, Equatable, Codable {
    public let share: Double
    public let low: Double
    public let high: Double
    /// How many images it is taken on.
    public let count: Int

    /// The interval of `right` images among `count`; the whole range where there are none.
    public init(right: Int, of count: Int) {
        self.count = count
        guard count > 0 else {
            (share, low, high) = (0, 0, 1)
            return
        }
        let (n, p, z) = (Double(count), Double(right) / Double(count), 1.959964)
        let middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        let half = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
        (share, low, high) = (p, max(0, middle - half), min(1, middle + half))
    }

    /// "76.0 % (71.2 to 80.2)".
    public var text: String { String(format: "%.1f %% (%.1f to %.1f)", share * 100, low * 100, high * 100) }
}
