import Foundation
import RunReports

/// A share of images with its 95 % interval, as `summary.json` holds it: what `ProportionInterval` says of so many.
public struct WilsonInterval: Sendable, Equatable, Codable {
    public let share: Double
    public let low: Double
    public let high: Double
    /// How many images it is taken on.
    public let count: Int

    /// The interval of `right` images among `count`; the whole range where there are none.
    public init(right: Int, of count: Int) {
        let interval = ProportionInterval(successes: right, of: count)
        (share, low, high) = (count > 0 ? Double(right) / Double(count) : 0, interval.lower, interval.upper)
        self.count = count
    }

    /// "76.0 % (71.2 to 80.2)".
    public var text: String { String(format: "%.1f %% (%.1f to %.1f)", share * 100, low * 100, high * 100) }
}
