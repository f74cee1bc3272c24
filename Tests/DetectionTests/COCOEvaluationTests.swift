import Detection
import Foundation
import XCTest

/// Mean average precision, by hand and against pycocotools (Tests/Golden/make_coco_golden.py).
final class COCOEvaluationTests: XCTestCase {
    private struct Case: Decodable {
        let classes: Int
        let images: [Image]
        let stats: [Double]
        let class_average_precision: [Double]

        struct Image: Decodable {
            let objects: [Object]
            let detections: [Found]
        }

        struct Object: Decodable {
            let label: Int
            let box: [Double]
            let crowd: Bool
        }

        struct Found: Decodable {
            let label: Int
            let box: [Double]
            let score: Double
        }
    }

    private func box(_ numbers: [Double]) -> Box {
        Box(x: numbers[0], y: numbers[1], width: numbers[2], height: numbers[3])
    }

    func testAgreesWithPycocotools() throws {
        let url = try XCTUnwrap(
            Bundle.module.url(forResource: "coco", withExtension: "json", subdirectory: "Resources"))
        let cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: url))
        XCTAssertGreaterThan(cases.count, 3)
        for (number, golden) in cases.enumerated() {
            let images = golden.images.map { image in
                EvaluatedImage(
                    objects: image.objects.map { GroundTruth(box: box($0.box), label: $0.label, isCrowd: $0.crowd) },
                    detections: image.detections.map { Detection(box: box($0.box), label: $0.label, score: $0.score) })
            }
            let scores = COCOEvaluation(images, classCount: golden.classes)
            let figures = [
                scores.meanAveragePrecision, scores.averagePrecisionAt50, scores.averagePrecisionAt75,
                scores.averagePrecisionOfSmall, scores.averagePrecisionOfMedium, scores.averagePrecisionOfLarge,
                scores.averageRecallWith1, scores.averageRecallWith10, scores.averageRecallWith100,
                scores.averageRecallOfSmall, scores.averageRecallOfMedium, scores.averageRecallOfLarge,
            ]
            for (index, (figure, expected)) in zip(figures, golden.stats).enumerated() {
                XCTAssertEqual(figure ?? -1, expected, accuracy: 1e-9, "case \(number), figure \(index)")
            }
            for (label, (figure, expected)) in zip(scores.classAveragePrecision, golden.class_average_precision)
                .enumerated()
            {
                XCTAssertEqual(figure ?? -1, expected, accuracy: 1e-9, "case \(number), class \(label)")
            }
        }
    }

    func testByHand() throws {
        let object = GroundTruth(box: Box(x: 0, y: 0, width: 10, height: 10), label: 0)
        // 10 × 8 of 10 × 10: overlap 0.8, found at the overlaps 0.50 … 0.80, seven of ten.
        let near = Detection(box: Box(x: 0, y: 0, width: 10, height: 8), label: 0, score: 0.9)
        let one = COCOEvaluation([EvaluatedImage(objects: [object], detections: [near])], classCount: 2)
        XCTAssertEqual(try XCTUnwrap(one.meanAveragePrecision), 0.7, accuracy: 1e-12)
        XCTAssertEqual(try XCTUnwrap(one.averagePrecisionAt50), 1, accuracy: 1e-12)
        XCTAssertEqual(try XCTUnwrap(one.averageRecallWith1), 0.7, accuracy: 1e-12)
        XCTAssertNil(one.averagePrecisionOfLarge)
        XCTAssertNil(one.classAveragePrecision[1])
        // A surer one that finds nothing halves the precision.
        let wrong = Detection(box: Box(x: 50, y: 50, width: 5, height: 5), label: 0, score: 0.95)
        let two = COCOEvaluation([EvaluatedImage(objects: [object], detections: [near, wrong])], classCount: 1)
        XCTAssertEqual(try XCTUnwrap(two.averagePrecisionAt50), 0.5, accuracy: 1e-12)
        // Nothing there and nothing found; scores that are no numbers.
        XCTAssertNil(COCOEvaluation([], classCount: 3).meanAveragePrecision)
        let broken = Detection(box: Box(x: 0, y: 0, width: 10, height: 10), label: 7, score: .nan)
        XCTAssertEqual(
            COCOEvaluation([EvaluatedImage(objects: [object], detections: [broken])], classCount: 1)
                .meanAveragePrecision, 0)
    }

    /// A fifth of what COCO's validation split can hold: 100 detections in each of 1 000 images.
    func testManyImagesTakeSeconds() {
        var random = SystemRandomNumberGenerator()
        let images = (0..<1000).map { _ in
            EvaluatedImage(
                objects: (0..<7).map { _ in
                    GroundTruth(
                        box: Box(
                            x: .random(in: 0...400, using: &random), y: .random(in: 0...400, using: &random), width: 60,
                            height: 50),
                        label: .random(in: 0..<80, using: &random))
                },
                detections: (0..<100).map { _ in
                    Detection(
                        box: Box(
                            x: .random(in: 0...400, using: &random), y: .random(in: 0...400, using: &random), width: 60,
                            height: 50),
                        label: .random(in: 0..<80, using: &random), score: .random(in: 0...1, using: &random))
                })
        }
        let time = ContinuousClock().measure { _ = COCOEvaluation(images, classCount: 80) }
        XCTAssertLessThan(time, .seconds(10))
    }
}
