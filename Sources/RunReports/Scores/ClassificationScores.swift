import Foundation

/// What a network said of every image of a part of the data, in memory proportional to the images: how sure it was,
/// and what was right.
///
/// ```swift
/// var scores = ClassificationScores(classCount: 2)
/// scores.add(image: 0, label: 1, probabilities: [0.3, 0.7])
/// print(scores.accuracy)      // 1
/// ```
public struct ClassificationScores: Sendable, Equatable {
    /// What was said of an image.
    public struct Answer: Sendable, Equatable {
        /// Its index in the data set.
        public let image: Int
        /// What it is, and what was said.
        public let label: Int
        public let predicted: Int
        /// How likely the network found what it said, 0 to 1.
        public let confidence: Double
        /// How likely it found what the image is.
        public let labelProbability: Double
        /// Whether what it is was among the five most likely.
        public let isAmongFive: Bool

        /// Whether it was right.
        public var isRight: Bool { label == predicted }
    }

    /// A class that was taken for another.
    public struct Confusion: Sendable, Equatable, Hashable {
        public let label: Int
        public let predicted: Int
        /// Images.
        public let count: Int
    }

    public let classCount: Int
    /// In the order in which they were added.
    public private(set) var answers: [Answer] = []

    /// Scores of no images yet.
    public init(classCount: Int) { self.classCount = classCount }

    /// Adds an image. One whose label or probabilities are of other classes is left out.
    public mutating func add(image: Int, label: Int, probabilities: [Float]) {
        guard probabilities.count == classCount, probabilities.indices.contains(label) else { return }
        let predicted = probabilities.indices.reduce(0) { probabilities[$1] > probabilities[$0] ? $1 : $0 }
        let own = probabilities[label]
        answers.append(
            Answer(
                image: image, label: label, predicted: predicted, confidence: Double(probabilities[predicted]),
                labelProbability: Double(own), isAmongFive: probabilities.count { $0 > own } < 5))
    }

    /// Share of images that were told right; 0 where there are none.
    public var accuracy: Double { share { $0.isRight } }

    /// Share of images whose class was among the five most likely.
    public var top5Accuracy: Double { share { $0.isAmongFive } }

    /// Mean cross entropy.
    public var loss: Double {
        answers.isEmpty
            ? 0 : answers.reduce(0) { $0 - log(max(1e-30, $1.labelProbability)) } / Double(answers.count)
    }

    /// The accuracy's 95 % interval.
    public var interval: ProportionInterval {
        ProportionInterval(successes: answers.count { $0.isRight }, of: answers.count)
    }

    /// What was taken for what, the most frequent first.
    public var confusions: [Confusion] {
        pairs.filter { $0.key[0] != $0.key[1] }
            .map { Confusion(label: $0.key[0], predicted: $0.key[1], count: $0.value) }
            .sorted { ($1.count, $0.label, $0.predicted) < ($0.count, $1.label, $1.predicted) }
    }

    /// `matrix[row][column]`: images of the row's class that were taken for the column's.
    ///
    /// - Parameter classes: which ones, in the order of rows and columns.
    public func matrix(of classes: [Int]) -> [[Int]] {
        let pairs = pairs
        return classes.map { label in classes.map { pairs[[label, $0], default: 0] } }
    }

    /// The mistakes that it was surest of.
    public func surestMistakes(_ count: Int) -> [Answer] {
        Array(
            answers.filter { !$0.isRight }
                .sorted { ($1.confidence, $0.image) < ($0.confidence, $1.image) }.prefix(count))
    }

    private var pairs: [[Int]: Int] {
        answers.reduce(into: [:]) { $0[[$1.label, $1.predicted], default: 0] += 1 }
    }

    private func share(_ isCounted: (Answer) -> Bool) -> Double {
        answers.isEmpty ? 0 : Double(answers.count(where: isCounted)) / Double(answers.count)
    }
}
