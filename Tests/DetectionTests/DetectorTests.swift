import Detection
import Foundation
import Networks
import ProcessorTime
import XCTest

/// From objects to targets, and from outputs to detections.
final class DetectorTests: XCTestCase {
    private func layout(_ style: DetectorLayout.Style) -> DetectorLayout {
        let sizes = [AnchorGrid.Size(width: 0.2, height: 0.2), AnchorGrid.Size(width: 0.4, height: 0.3)]
        return DetectorLayout(
            style: style, classes: 2,
            grids: [
                AnchorGrid(rows: 4, columns: 5, sizes: sizes),
                AnchorGrid(rows: 2, columns: 2, sizes: [AnchorGrid.Size(width: 0.6, height: 0.7)]),
            ])
    }

    private let objects = [
        GroundTruth(box: Box(left: 0.10, top: 0.12, right: 0.31, bottom: 0.34), label: 1),
        GroundTruth(box: Box(left: 0.30, top: 0.20, right: 0.95, bottom: 0.90), label: 0),
    ]

    /// The outputs that say exactly what the targets ask for.
    private func outputs(_ targets: AnchorTargets, _ layout: DetectorLayout) -> [[Float]] {
        var place = 0
        var positive = 0
        var result: [[Float]] = []
        for grid in layout.grids {
            var (classes, boxes): ([Float], [Float]) = ([], [])
            for _ in 0..<grid.rows * grid.columns * grid.sizes.count {
                let label = Int(max(0, targets.labels[place]))
                var offsets: [Float] = [0, 0, 0, 0]
                if label > 0 {
                    offsets = Array(targets.offsets[4 * positive..<4 * positive + 4])
                    positive += 1
                }
                let logits = (0...layout.classes).map { Float($0 == label ? 9 : -9) }
                if layout.style == .ssd {
                    classes += logits
                    boxes += offsets
                } else {
                    let logit: (Float) -> Float = { log($0 / (1 - $0)) }
                    boxes += [logit(offsets[0]), logit(offsets[1]), offsets[2], offsets[3], label > 0 ? 9 : -9]
                    boxes += logits.dropFirst()
                }
                place += 1
            }
            result += layout.style == .ssd ? [classes, boxes] : [boxes]
        }
        return result
    }

    func testPerfectOutputsGiveTheObjectsBack() {
        for style in DetectorLayout.Style.allCases {
            let layout = layout(style)
            let targets = AnchorTargets(DetectorAnchors(layout), objects: objects)
            var decoder = DetectionDecoder(layout)
            decoder.minimumScore = 0.5
            let found = decoder.detections(outputs(targets, layout).map { $0[...] })
            XCTAssertEqual(found.count, 2, "\(style)")
            for object in objects {
                let best = found.first { $0.label == object.label }
                XCTAssertGreaterThan(best?.box.intersectionOverUnion(object.box) ?? 0, 0.9999, "\(style)")
                XCTAssertGreaterThan(best?.score ?? 0, 0.99)
            }
        }
    }

    func testTargetsByHand() {
        let anchors = DetectorAnchors(layout(.ssd))
        XCTAssertEqual(anchors.boxes.count, 4 * 5 * 2 + 2 * 2)
        XCTAssertEqual(anchors.starts, [0, 40])
        let targets = AnchorTargets(anchors, objects: objects)
        // The small object is nearest to the 0.2 square around (0.3, 0.125) or (0.1, …): cell (row 0 or 1, column 0 or 1).
        XCTAssertEqual(targets.labels.filter { $0 == 2 }.count, 1)
        XCTAssertEqual(targets.positives.map { targets.labels[$0] }.sorted(), [1, 2])
        // The large one is 0.65 × 0.7 around (0.625, 0.55): the coarse anchor around (0.75, 0.75) or (0.75, 0.25) fits best.
        XCTAssertTrue(targets.positives.contains { (40..<44).contains($0) && targets.labels[$0] == 1 })
        // A crowd is nothing to learn, and no background where it is.
        let crowd = GroundTruth(box: Box(left: 0.2, top: 0.15, right: 0.8, bottom: 0.85), label: 0, isCrowd: true)
        let aside = AnchorTargets(anchors, objects: [crowd], threshold: 0.2)
        XCTAssertEqual(aside.positives, [])
        XCTAssertTrue(aside.labels.contains(-1))
        XCTAssertEqual(Set(aside.labels), [0, -1])
        // Labels that the detector does not know are no objects.
        XCTAssertEqual(AnchorTargets(anchors, objects: [GroundTruth(box: objects[0].box, label: 7)]).positives, [])
    }

    func testHardNegativesByHand() {
        let labels: [Int64] = [0, 1, 0, -1, 0, 0]
        let losses: [Float] = [0.1, 9, 0.5, 9, 0.5, 0.4]
        XCTAssertEqual(HardNegatives.choose(losses: losses[...], labels: labels, ratio: 3), [2, 4, 5])
        XCTAssertEqual(HardNegatives.choose(losses: losses[...], labels: labels, ratio: 1), [2])
        // An image without objects still teaches background.
        XCTAssertEqual(HardNegatives.choose(losses: [1, 2][...], labels: [0, 0], ratio: 1), [1])
    }

    func testOutputsOfAnyNumbersAreSafe() {
        for style in DetectorLayout.Style.allCases {
            let layout = layout(style)
            let decoder = DetectionDecoder(layout)
            for value: Float in [.nan, .infinity, -.infinity, 1e30, -1e30] {
                let outputs = layout.outputShapes.map { [Float](repeating: value, count: $0.count)[...] }
                for found in decoder.detections(outputs) { XCTAssertTrue(found.box.isProper, "\(style) \(value)") }
            }
            XCTAssertEqual(decoder.detections([]), [])
            XCTAssertEqual(decoder.detections(layout.outputShapes.map { _ in [1, 2][...] }), [])
        }
    }

    func testMatchingIsThatOfItsDefinition() {
        var random = SystemRandomNumberGenerator()
        func box() -> Box {
            Box(
                centerX: .random(in: 0...1, using: &random), centerY: .random(in: 0...1, using: &random),
                width: .random(in: 0.05...0.6, using: &random), height: .random(in: 0.05...0.6, using: &random))
        }
        for _ in 0..<30 {
            let anchors = (0..<60).map { _ in box() }
            let boxes = (0..<Int.random(in: 0...9)).map { _ in box() }
            XCTAssertEqual(AnchorMatching(anchors: anchors, boxes: boxes).objects, matched(anchors, boxes))
        }
    }

    /// Many objects want the same few anchors, so that most go far down their lists.
    func testMatchingOfCrowdsIsThatOfItsDefinition() {
        func near(_ spread: Double) -> Box {
            Box(
                centerX: 0.5 + .random(in: -spread...spread), centerY: 0.5 + .random(in: -spread...spread), width: 0.5,
                height: 0.5)
        }
        for (boxes, anchors) in [(20, 40), (530, 540), (40, 20)] {
            let boxes = (0..<boxes).map { _ in near(0.2) }
            let anchors = (0..<anchors).map { _ in near(0.3) }
            XCTAssertEqual(AnchorMatching(anchors: anchors, boxes: boxes).objects, matched(anchors, boxes))
        }
        // The same box over and over takes anchors from the best on, whoever comes first.
        let same = [Box](repeating: Box(left: 0, top: 0, right: 1, bottom: 1), count: 2000)
        let anchors = (1...1500).map { Box(left: 0, top: 0, right: 1, bottom: Double($0) / 1500) }
        XCTAssertLessThan(
            processorSeconds {
                XCTAssertEqual(AnchorMatching(anchors: anchors, boxes: same).objects, (0..<1500).reversed().map { $0 })
            }, 10)
    }

    /// Each anchor's best object from a half on; then best pairs first, each object and each anchor once.
    private func matched(_ anchors: [Box], _ boxes: [Box]) -> [Int?] {
        var result = anchors.map { anchor in
            boxes.indices.filter { boxes[$0].intersectionOverUnion(anchor) >= 0.5 }.max {
                (boxes[$0].intersectionOverUnion(anchor), $1) < (boxes[$1].intersectionOverUnion(anchor), $0)
            }
        }
        let pairs = boxes.indices.flatMap { box in
            anchors.indices.map { (boxes[box].intersectionOverUnion(anchors[$0]), box, $0) }
        }.filter { $0.0 > 0 }.sorted { ($0.0, $1.1, $1.2) > ($1.0, $0.1, $0.2) }
        var (takenBoxes, takenAnchors) = (Set<Int>(), Set<Int>())
        for (_, box, anchor) in pairs where !takenBoxes.contains(box) && !takenAnchors.contains(anchor) {
            result[anchor] = box
            takenBoxes.insert(box)
            takenAnchors.insert(anchor)
        }
        return result
    }

    func testSuppressionIsThatOfItsDefinition() {
        for _ in 0..<30 {
            let all = (0..<40).map { _ in
                Detection(
                    box: Box(
                        x: .random(in: 0...1), y: .random(in: 0...1), width: .random(in: 0.1...0.5),
                        height: .random(in: 0.1...0.5)), label: .random(in: 0...2), score: .random(in: 0...1))
            }
            let kept = all.suppressed(threshold: 0.4)
            XCTAssertEqual(kept.map(\.score), kept.map(\.score).sorted(by: >))
            for detection in all {
                let rivals = kept.filter {
                    $0.label == detection.label && $0.score > detection.score
                        && $0.box.intersectionOverUnion(detection.box) > 0.4
                }
                XCTAssertEqual(kept.contains(detection), rivals.isEmpty)
            }
        }
    }
}
