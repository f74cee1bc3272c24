import Reporting
import RunReports
import XCTest

/// Numbers that a reader can check by hand.
final class ClassificationScoresTests: XCTestCase {
    /// Six images of three classes: two of each.
    private var scores: ClassificationScores {
        var scores = ClassificationScores(classCount: 3)
        let answers: [(label: Int, probabilities: [Float])] = [
            (0, [0.75, 0.25, 0]), (0, [0.125, 0.75, 0.125]), (1, [0.25, 0.5, 0.25]), (1, [0, 1, 0]),
            (2, [0, 0.875, 0.125]), (2, [0.25, 0.25, 0.5]),
        ]
        for (image, answer) in answers.enumerated() {
            scores.add(image: image, label: answer.label, probabilities: answer.probabilities)
        }
        return scores
    }

    func testAccuracyAndWhatWasTakenForWhat() {
        let scores = scores
        XCTAssertEqual(scores.accuracy, 4.0 / 6)
        XCTAssertEqual(scores.top5Accuracy, 1)
        XCTAssertEqual(scores.matrix(of: [0, 1, 2]), [[1, 1, 0], [0, 2, 0], [0, 1, 1]])
        XCTAssertEqual(scores.matrix(of: [2, 1]), [[1, 1], [0, 2]])
        XCTAssertEqual(
            scores.confusions.map { [$0.label, $0.predicted, $0.count] }, [[0, 1, 1], [2, 1, 1]])
        XCTAssertEqual(scores.surestMistakes(5).map(\.image), [4, 1])
        XCTAssertEqual(scores.surestMistakes(1).map(\.image), [4])
        // −ln 0.75, −ln 0.125, −ln 0.5, 0, −ln 0.125, −ln 0.5
        XCTAssertEqual(scores.loss, (0.287682 + 2 * 2.079442 + 2 * 0.693147) / 6, accuracy: 1e-6)
    }

    func testImagesOfOtherClassesAreLeftOut() {
        var scores = ClassificationScores(classCount: 2)
        scores.add(image: 0, label: 2, probabilities: [0.5, 0.5])
        scores.add(image: 1, label: 0, probabilities: [1])
        scores.add(image: 2, label: -1, probabilities: [0.5, 0.5])
        XCTAssertTrue(scores.answers.isEmpty)
        XCTAssertEqual([scores.accuracy, scores.loss], [0, 0])
    }

    func testOnlyFiveCountAsLikely() {
        var scores = ClassificationScores(classCount: 6)
        scores.add(image: 0, label: 5, probabilities: [0.3, 0.2, 0.2, 0.15, 0.1, 0.05])
        scores.add(image: 1, label: 4, probabilities: [0.3, 0.2, 0.2, 0.15, 0.1, 0.05])
        XCTAssertEqual(scores.top5Accuracy, 0.5)
    }

    func testPrecisionAndRecallOfClasses() {
        let classes = ClassScores.all(of: scores)
        XCTAssertEqual(classes.map(\.images), [2, 2, 2])
        XCTAssertEqual(classes.map(\.said), [1, 4, 1])
        XCTAssertEqual(classes.map(\.recall), [0.5, 1, 0.5])
        XCTAssertEqual(classes.map(\.precision), [1, 0.5, 1])
        XCTAssertEqual(classes.map(\.f1), [2.0 / 3, 2.0 / 3, 2.0 / 3])
        let none = ClassScores.all(of: ClassificationScores(classCount: 1))[0]
        XCTAssertNil(none.recall)
        XCTAssertNil(none.precision)
        XCTAssertNil(none.f1)
    }

    /// Wilson's interval of 8 of 10, as other programs have it: 0.490162 to 0.943318.
    func testIntervalOfAShare() {
        let interval = ProportionInterval(successes: 8, of: 10)
        XCTAssertEqual(interval.lower, 0.490162, accuracy: 1e-6)
        XCTAssertEqual(interval.upper, 0.943318, accuracy: 1e-6)
        XCTAssertEqual(ProportionInterval(successes: 10, of: 10).upper, 1, accuracy: 1e-12)
        XCTAssertEqual(ProportionInterval(successes: 0, of: 0).lower, 0)
        XCTAssertEqual(ProportionInterval(successes: 0, of: 0).upper, 1)
    }

    func testCalibration() {
        let answers = [(0.9, true), (0.8, false), (0.6, true), (0.2, false), (1, true)]
        let reliability = Reliability(answers.map { (confidence: $0.0, isRight: $0.1) }, binCount: 2)
        // Below a half: one answer of 0.2, wrong. From a half: confidences of 3.3 in all, three of four right.
        XCTAssertEqual(reliability.bins.map(\.share), [0.2, 0.8])
        XCTAssertEqual(reliability.bins[1].confidence, 0.825, accuracy: 1e-12)
        XCTAssertEqual(reliability.bins[1].accuracy, 0.75)
        XCTAssertEqual(reliability.expectedError, 0.2 * 0.2 + 0.8 * 0.075, accuracy: 1e-12)
        XCTAssertEqual(reliability.overconfidence, 0.7 - 0.6, accuracy: 1e-12)
        XCTAssertEqual(Reliability([], binCount: 3).expectedError, 0)
        XCTAssertEqual(Reliability([(.nan, true)], binCount: 2).bins[0].share, 1)
    }
}
