import Detection
import Foundation
import RunReports

/// A score with its 95 % interval, as `summary.json` holds it: of a share of images Wilson's (`ProportionInterval`), of a mean
/// average precision the bootstrap's (`PrecisionInterval`).
public struct ScoreInterval: Sendable, Equatable, Codable {
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

    /// The mean average precision at an overlap of 0.50, whose interval is the same in every run; the whole range where there is nothing
    /// to find.
    package init(_ images: [EvaluatedImage], classes: Int) {
        let interval = PrecisionInterval(reportedOf: images, classCount: classes)
        share = COCOEvaluation(images, classCount: classes).averagePrecisionAt50 ?? 0
        (low, high, count) = (interval?.lower ?? 0, interval?.upper ?? 1, images.count)
    }

    /// "76.0 % (71.2 to 80.2)".
    public var text: String { String(format: "%.1f %% (%.1f to %.1f)", share * 100, low * 100, high * 100) }
}
