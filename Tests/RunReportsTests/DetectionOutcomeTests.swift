import Detection
import RunReports
import XCTest

final class DetectionOutcomeTests: XCTestCase {
    private func box(_ x: Double, _ width: Double = 10) -> Box { Box(x: x, y: 0, width: width, height: 10) }

    private func found(_ x: Double, _ score: Double, label: Int = 0) -> Detection {
        Detection(box: box(x), label: label, score: score)
    }

    func testFoundMissedAndFalseAlarms() {
        let image = EvaluatedImage(
            objects: [
                GroundTruth(box: box(0), label: 0), GroundTruth(box: box(50), label: 1),
                GroundTruth(box: box(100), label: 0, isDifficult: true),
            ],
            detections: [
                // The second one on the same object is one too many; an overlap of 8 of 12 suffices, one of 4 of 16
                // does not.
                found(0, 0.7), found(2, 0.9), found(56, 0.8, label: 1), found(50, 0.95, label: 0), found(100, 0.6),
                found(50, 0.3, label: 1),
            ])
        let outcome = DetectionOutcome(image, score: 0.5)
        XCTAssertEqual(outcome.found.map(\.score), [0.9])
        XCTAssertEqual(outcome.falseAlarms.map(\.score), [0.95, 0.8, 0.7])
        XCTAssertEqual(outcome.missed.map(\.label), [1])
        XCTAssertEqual(outcome.weight, 0.95 + 0.25)
        XCTAssertEqual(DetectionOutcome(image, score: 0.2).missed, [])
    }

    func testCrowdsCountNeitherWay() {
        let crowd = GroundTruth(box: box(0, 12), label: 0, isCrowd: true)
        let image = EvaluatedImage(objects: [crowd], detections: [found(0, 0.9), found(1, 0.8)])
        let outcome = DetectionOutcome(image, score: 0.5)
        XCTAssertEqual(outcome.weight, 0)
        XCTAssertTrue(outcome.found.isEmpty)
    }

    /// A right one of 0.62, a wrong one of 0.41: from 0.45 to 0.6 nothing is lost, and 0.5 is nearest to a half.
    func testTheScoreWithTheHighestF1() {
        let image = EvaluatedImage(
            objects: [GroundTruth(box: box(0), label: 0)], detections: [found(0, 0.62), found(70, 0.41)])
        XCTAssertEqual(DetectionOutcome.bestScore([image]), 0.5)
        let modest = EvaluatedImage(
            objects: [GroundTruth(box: box(0), label: 0)], detections: [found(0, 0.22), found(70, 0.13)])
        XCTAssertEqual(DetectionOutcome.bestScore([modest]), 0.2)
    }
}
