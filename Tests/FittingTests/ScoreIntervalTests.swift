import Detection
import Fitting
import XCTest

final class ScoreIntervalTests: XCTestCase {
    /// Newcombe, *Two-sided confidence intervals for the single proportion*, 1998, table I, method 3.
    func testAsPublished() {
        for (right, count, low, high) in [
            (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718),
        ] {
            let interval = ScoreInterval(right: right, of: count)
            XCTAssertEqual(interval.low, low, accuracy: 5e-5)
            XCTAssertEqual(interval.high, high, accuracy: 5e-5)
        }
        XCTAssertEqual(ScoreInterval(right: 10, of: 10).text, "100.0 % (72.2 to 100.0)")
        XCTAssertEqual(ScoreInterval(right: 0, of: 0).high, 1)
    }

    /// Half of two objects is found, with nothing wrong before: half of the 101 recalls, and anything from nothing to all.
    func testOfADetector() {
        let object = GroundTruth(box: Box(x: 0, y: 0, width: 10, height: 10), label: 0)
        let found = EvaluatedImage(
            objects: [object], detections: [Detection(box: object.box, label: 0, score: 0.9)])
        let interval = ScoreInterval([found, EvaluatedImage(objects: [object], detections: [])], classes: 1)
        XCTAssertEqual(interval.text, "50.5 % (0.0 to 100.0)")
        XCTAssertEqual(interval.count, 2)
        let nothing = ScoreInterval([EvaluatedImage(objects: [], detections: [])], classes: 1)
        XCTAssertEqual(nothing.text, "0.0 % (0.0 to 100.0)")
    }
}
