import Training

/// What the winner scores in float and in int8, on images that nothing was chosen by.
public struct QuantizedScores: Sendable, Equatable, Codable {
    /// What the score is called: "accuracy" or "mAP@0.50".
    public var scoreName: String
    public var float: Double
    public var int8: Double
    public var floatInterval: ScoreInterval?
    public var int8Interval: ScoreInterval?
    /// `confusion[true][predicted]` of int8; empty of a detector.
    public var confusion: [[Int]]
    /// Images.
    public var images: Int
    /// Whether int8 is of training with its rounding.
    public var isTrained: Bool

    /// The share of each class's images that int8 gets right; nil for a class without any.
    public var classShares: [ScoreInterval?] {
        confusion.indices.map { label in
            let all = confusion[label].reduce(0, +)
            return all > 0 ? ScoreInterval(right: confusion[label][label], of: all) : nil
        }
    }
}
