import Detection
import XCTest

final class PrecisionIntervalTests: XCTestCase {
    /// Numbers of Numerical Recipes' quick generator, in 64 bits.
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64 = 1
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33
        }
    }

    private func image(_ objects: [(label: Int, x: Double)], found: [(label: Int, x: Double, score: Double)])
        -> EvaluatedImage
    {
        EvaluatedImage(
            objects: objects.map { GroundTruth(box: Box(x: $0.x, y: 0, width: 10, height: 10), label: $0.label) },
            detections: found.map {
                Detection(box: Box(x: $0.x, y: 0, width: 10, height: 10), label: $0.label, score: $0.score)
            })
    }

    /// One object is found, the other is not: of two draws in four both are the same image, with a score of 1 or 0.
    func testByHand() throws {
        var numbers = Numbers()
        let images = [image([(0, 0)], found: [(0, 0, 0.9)]), image([(0, 0)], found: [])]
        let interval = try XCTUnwrap(PrecisionInterval(images, classCount: 1, using: &numbers))
        XCTAssertEqual([interval.lower, interval.upper], [0, 1])
        let sure = try XCTUnwrap(PrecisionInterval([images[0]], classCount: 1, using: &numbers))
        XCTAssertEqual([sure.lower, sure.upper], [1, 1])
        XCTAssertNil(PrecisionInterval([image([], found: [(0, 0, 0.9)])], classCount: 1, using: &numbers))
        XCTAssertNil(PrecisionInterval([], classCount: 1, using: &numbers))
    }

    /// What is drawn is scored as it would be if somebody had taken just these images.
    func testADrawIsScoredAsItsImagesAre() throws {
        var made = Numbers(state: 7)
        func share() -> Double { Double(made.next() % 1000) / 1000 }
        let images = (0..<12).map { _ in
            let objects = (0..<3).map { (label: Int(made.next() % 3), x: Double($0) * 20) }
            var found = objects.filter { _ in share() < 0.7 }.map { (label: $0.label, x: $0.x + 2, score: share()) }
            found.append((label: Int(made.next() % 3), x: 80, score: share()))
            return image(objects, found: found)
        }
        for seed in 1...40 as ClosedRange<UInt64> {
            var (numbers, same) = (Numbers(state: seed), Numbers(state: seed))
            let interval = try XCTUnwrap(PrecisionInterval(images, classCount: 3, draws: 1, using: &numbers))
            let drawn = images.map { _ in Int(same.next() % UInt64(images.count)) }.sorted().map { images[$0] }
            let score = try XCTUnwrap(COCOEvaluation(drawn, classCount: 3).averagePrecisionAt50)
            XCTAssertEqual(interval.lower, score, accuracy: 1e-9, "\(seed)")
            XCTAssertEqual(interval.upper, interval.lower)
        }
    }
}
