import Reporting

/// Whether a network is right as often as it is sure (Guo et al., *On Calibration of Modern Neural Networks*, 2017).
public struct Reliability: Sendable, Equatable {
    /// Answers by their confidence, in bins of equal width from 0 to 1; empty bins too.
    public let bins: [ReliabilityChart.Bar]

    /// Sorts answers into bins.
    public init(_ answers: [(confidence: Double, isRight: Bool)], binCount: Int = 10) {
        let count = max(1, binCount)
        var sums = [(count: Int, confidence: Double, right: Int)](repeating: (0, 0, 0), count: count)
        for answer in answers {
            let confidence = answer.confidence.isFinite ? min(max(answer.confidence, 0), 1) : 0
            let bin = min(count - 1, Int(confidence * Double(count)))
            sums[bin].count += 1
            sums[bin].confidence += confidence
            if answer.isRight { sums[bin].right += 1 }
        }
        bins = sums.enumerated().map { index, sum in
            let number = Double(max(1, sum.count))
            return ReliabilityChart.Bar(
                range: Double(index) / Double(count)...Double(index + 1) / Double(count),
                share: Double(sum.count) / Double(max(1, answers.count)), confidence: sum.confidence / number,
                accuracy: Double(sum.right) / number)
        }
    }

    /// Of a network's answers.
    public init(_ scores: ClassificationScores, binCount: Int = 10) {
        self.init(scores.answers.map { ($0.confidence, $0.isRight) }, binCount: binCount)
    }

    /// Expected calibration error: Σ share · |accuracy − confidence| over bins (equation 3).
    public var expectedError: Double { bins.reduce(0) { $0 + $1.share * abs($1.accuracy - $1.confidence) } }

    /// Mean confidence less accuracy: above 0 the network is too sure, below it too modest.
    public var overconfidence: Double { bins.reduce(0) { $0 + $1.share * ($1.confidence - $1.accuracy) } }
}
