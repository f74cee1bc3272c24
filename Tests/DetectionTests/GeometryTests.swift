import Detection
import Networks
import XCTest

final class GeometryTests: XCTestCase {
    func testOverlapByHand() {
        let a = Box(x: 0, y: 0, width: 4, height: 2)
        XCTAssertEqual(a.intersectionOverUnion(Box(x: 2, y: 0, width: 4, height: 2)), 4.0 / 12)
        XCTAssertEqual(a.intersectionOverUnion(a), 1)
        XCTAssertEqual(a.intersectionOverUnion(Box(x: 4, y: 0, width: 1, height: 1)), 0)
        let inverted = Box(left: 3, top: 0, right: 1, bottom: 2)
        XCTAssertEqual(inverted.area, 0)
        XCTAssertFalse(inverted.isProper)
        XCTAssertEqual(inverted.intersectionOverUnion(inverted), 0)
        XCTAssertEqual(a.flippedHorizontally(width: 10), Box(left: 6, top: 0, right: 10, bottom: 2))
        XCTAssertEqual(a.flippedHorizontally(width: 10).flippedHorizontally(width: 10), a)
    }

    func testCodingByHandAndBack() {
        let anchor = Box(centerX: 10, centerY: 20, width: 4, height: 8)
        // One anchor's width to the right, twice as high.
        let box = Box(centerX: 14, centerY: 20, width: 4, height: 16)
        let offsets = BoxCoder().encode(box, anchor: anchor)
        for (offset, expected) in zip(offsets, [10, 0, 0, 0.6931471805599453 / 0.2]) {
            XCTAssertEqual(offset, expected, accuracy: 1e-12)
        }
        let back = BoxCoder().decode(offsets, anchor: anchor)
        XCTAssertEqual(back.left, box.left, accuracy: 1e-9)
        XCTAssertEqual(back.bottom, box.bottom, accuracy: 1e-9)
        // A wild offset gives a large box, not an infinite one.
        XCTAssertTrue(BoxCoder().decode([0, 0, 1e9, 1e9], anchor: anchor).isProper)
    }

    func testSuppressionByHand() {
        func found(_ x: Double, _ label: Int, _ score: Double) -> Detection {
            Detection(box: Box(x: x, y: 0, width: 10, height: 10), label: label, score: score)
        }
        // 1 overlaps 0 by 9/11 and goes; the same place in another class stays; 4 overlaps 0 by 5/15 and stays.
        let all = [found(0, 0, 0.9), found(1, 0, 0.8), found(1, 1, 0.7), found(5, 0, 0.6), found(90, 0, 0.01)]
        XCTAssertEqual(all.suppressed(threshold: 0.5, minimumScore: 0.05), [all[0], all[2], all[3]])
        XCTAssertEqual(all.suppressed(threshold: 0.3).map(\.score), [0.9, 0.7, 0.01])
        XCTAssertEqual(all.suppressed(threshold: 0.5, maximumCount: 1), [all[0]])
        let equal = [found(0, 0, 0.5), found(2, 0, 0.5)]
        XCTAssertEqual(equal.suppressed(threshold: 0.5), [equal[0]])
        XCTAssertEqual([found(0, 0, .nan), found(.nan, 0, 1)].suppressed(threshold: 0.5), [])
    }

    func testAnchorsByHand() {
        let grid = AnchorGrid(rows: 1, columns: 2, scale: 0.2, nextScale: 0.8, aspectRatios: [1, 4])
        XCTAssertEqual(grid.anchors.count, 6)
        XCTAssertEqual(grid.anchors[0].centerX, 0.25, accuracy: 1e-12)
        XCTAssertEqual(grid.anchors[3].centerX, 0.75, accuracy: 1e-12)
        // Ratio 4 at scale 0.2: 0.4 × 0.1; the square between 0.2 and 0.8 has side 0.4.
        XCTAssertEqual(grid.anchors[1].width, 0.4, accuracy: 1e-12)
        XCTAssertEqual(grid.anchors[1].height, 0.1, accuracy: 1e-12)
        XCTAssertEqual(grid.anchors[2].width, 0.4, accuracy: 1e-12)
        let scales = AnchorGrid.scales(count: 6)
        XCTAssertEqual(scales[0], 0.2, accuracy: 1e-12)
        XCTAssertEqual(scales[5], 0.95, accuracy: 1e-12)
    }

    func testMatchingByHand() {
        let anchors = [0.0, 10, 20, 30].map { Box(x: $0, y: 0, width: 10, height: 10) }
        // The first lies on anchor 0; the second overlaps 1 by 6/14 and 2 by 4/16, too little, but has to go somewhere.
        let boxes = [Box(x: 0, y: 0, width: 10, height: 10), Box(x: 14, y: 0, width: 10, height: 10)]
        XCTAssertEqual(AnchorMatching(anchors: anchors, boxes: boxes).objects, [0, 1, nil, nil])
        XCTAssertEqual(AnchorMatching(anchors: anchors, boxes: boxes, threshold: 0.2).objects, [0, 1, 1, nil])
        XCTAssertEqual(AnchorMatching(anchors: anchors, boxes: []).objects, [nil, nil, nil, nil])
        // Two objects want the same anchor: the better one gets it, the other its next.
        let rivals = [Box(x: 1, y: 0, width: 10, height: 10), Box(x: 0, y: 0, width: 10, height: 10)]
        XCTAssertEqual(AnchorMatching(anchors: anchors, boxes: rivals).objects, [1, 0, nil, nil])
    }

    func testVOCAveragePrecisionByHand() throws {
        let objects = [0.0, 20].map { GroundTruth(box: Box(x: $0, y: 0, width: 10, height: 10), label: 0) }
        func found(_ x: Double, _ score: Double) -> Detection {
            Detection(box: Box(x: x, y: 0, width: 10, height: 10), label: 0, score: score)
        }
        // Right, wrong, right: precision 1 up to recall ½ and ⅔ up to recall 1.
        let image = EvaluatedImage(objects: objects, detections: [found(0, 0.9), found(50, 0.8), found(20, 0.7)])
        let area = try XCTUnwrap(VOCEvaluation([image], classCount: 1).meanAveragePrecision)
        XCTAssertEqual(area, 0.5 + 0.5 * 2 / 3, accuracy: 1e-12)
        let points = try XCTUnwrap(VOCEvaluation([image], classCount: 1, rule: .elevenPoints).meanAveragePrecision)
        XCTAssertEqual(points, (6 + 5 * 2.0 / 3) / 11, accuracy: 1e-12)
        // A second hit on one object is wrong; a hit on a difficult one counts nothing.
        var difficult = objects
        difficult[1].isDifficult = true
        let twice = EvaluatedImage(objects: difficult, detections: [found(20, 0.9), found(0, 0.8), found(1, 0.7)])
        XCTAssertEqual(VOCEvaluation([twice], classCount: 1).classAveragePrecision, [1])
        XCTAssertNil(VOCEvaluation([], classCount: 1).meanAveragePrecision)
    }
}
