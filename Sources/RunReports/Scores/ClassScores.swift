/// How well one class is told from the others.
public struct ClassScores: Sendable, Equatable {
    /// Its index.
    public let label: Int
    /// Images of it, images that were said to be of it, and those that were both.
    public let images: Int
    public let said: Int
    public let right: Int

    /// Share of its images that were found; nil where there are none.
    public var recall: Double? { images > 0 ? Double(right) / Double(images) : nil }

    /// Share of right ones among those said to be of it; nil where none was.
    public var precision: Double? { said > 0 ? Double(right) / Double(said) : nil }

    /// Harmonic mean of both, 2 · right / (images + said); nil where there is neither.
    public var f1: Double? { images + said > 0 ? 2 * Double(right) / Double(images + said) : nil }

    /// Every class, in order.
    public static func all(of scores: ClassificationScores) -> [ClassScores] {
        var (images, said, right) = (
            [Int](repeating: 0, count: scores.classCount), [Int](repeating: 0, count: scores.classCount),
            [Int](repeating: 0, count: scores.classCount)
        )
        for answer in scores.answers {
            images[answer.label] += 1
            said[answer.predicted] += 1
            if answer.isRight { right[answer.label] += 1 }
        }
        return (0..<scores.classCount).map {
            ClassScores(label: $0, images: images[$0], said: said[$0], right: right[$0])
        }
    }
}
