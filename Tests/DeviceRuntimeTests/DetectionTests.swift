import DeviceRuntime
import XCTest

/// Decoding and suppression, on numbers that can be checked by hand.
final class DetectionTests: XCTestCase {
    /// One row of cells of 32 × 64 pixels with an anchor of 16 × 8 pixels each; one step of tx is a pixel, of ty half a one.
    private struct Map {
        var scores: [Int8]
        var offsets: [Int8]
        var columns: Int
        /// A step less is half as likely. Of YOLO: the sigmoid of 0 is a half, of 1 three quarters.
        var probabilities = (0..<256).map { UInt16($0 < 16 ? 65_535 >> $0 : 0) }
        /// 1 means twice as large.
        var stretches = (-128...127).map { Int32($0 == 1 ? 131_072 : 65_536) }
        var shapes: [Int32] = [16 * 4096, 8 * 4096, 4096, 2048]

        /// x, y, width, height, class and score of each detection.
        func found(
            _ style: DetectorHead.Style, classes: Int, score: UInt16, overlap: UInt16 = 32_768, capacity: Int = 32,
            most: Int = 8
        ) -> [[Int]] {
            let head = DetectorHead(style, classes: classes, width: Int32(32 * columns), height: 64)
            var memory = [UInt64](repeating: 0, count: capacity)
            // What is written behind the last detection would be seen.
            var numbers = [UInt16](repeating: 0xABCD, count: 6 * (most + 1))
            let count = scores.withUnsafeBufferPointer { scores in
                offsets.withUnsafeBufferPointer { offsets in
                    probabilities.withUnsafeBufferPointer { probabilities in
                        stretches.withUnsafeBufferPointer { stretches in
                            shapes.withUnsafeBufferPointer { shapes in
                                findObjects(
                                    head, grids: 1, DetectorLimits(score: score, overlap: overlap), candidates: &memory,
                                    capacity: capacity, found: &numbers, most: most
                                ) { _ in
                                    DetectorGrid(
                                        rows: 1, columns: columns, anchors: 1, scores: scores.baseAddress!,
                                        offsets: (style == .ssd ? offsets : scores).baseAddress!, zero: 0,
                                        probabilities: probabilities.baseAddress!, stretches: stretches.baseAddress!,
                                        shapes: shapes.baseAddress!, cellWidth: 32 * 4096, cellHeight: 64 * 4096)
                                }
                            }
                        }
                    }
                }
            }
            XCTAssertTrue(numbers[(6 * count)...].allSatisfy { $0 == 0xABCD }, "written behind the last detection")
            return (0..<count).map { numbers[6 * $0..<6 * $0 + 6].map(Int.init) }
        }
    }

    func testABoxOfSSD() {
        // Shares 1, 2 and 1 of 4, but for rounding.
        let map = Map(scores: [0, 1, 0], offsets: [3, -2, 1, 0], columns: 1)
        // The centre lies at 16 + 3 and 32 − 1, the sides are 2 · 16 and 8: from 3, 27 to 35, 35, and the image ends at 32.
        let box = [3 * 16, 27 * 16, 29 * 16, 8 * 16]
        XCTAssertEqual(map.found(.ssd, classes: 2, score: 20_000), [box + [0, 32_768]])
        XCTAssertEqual(map.found(.ssd, classes: 2, score: 16_383), [box + [0, 32_768], box + [1, 16_383]])
        XCTAssertEqual(map.found(.ssd, classes: 2, score: 32_769), [])
    }

    /// What is surely background is left out before any division, and a class alone has a probability just below 1.
    func testBackgroundAndCertainty() {
        let map = Map(scores: [20, 0, 0, 0, 100, 0], offsets: [Int8](repeating: 0, count: 8), columns: 2)
        XCTAssertEqual(map.found(.ssd, classes: 2, score: 1), [[40 * 16, 28 * 16, 16 * 16, 8 * 16, 0, 65_535]])
    }

    func testSuppressionIsAMatterOfAClass() {
        // Four boxes, 16 × 8 each; cells are 32 pixels apart. The second is moved by −28, onto the first: they share 12 of 20 columns.
        var map = Map(
            scores: [0, 3, 0, 0, 2, 0, 0, 4, 0, 0, 0, 3],
            offsets: [0, 0, 0, 0, -28, 0, 0, 0, 0, 0, 0, 0, -32, 0, 0, 0],
            columns: 4)
        func places(_ overlap: Double) -> [[Int]] {
            map.found(.ssd, classes: 2, score: 30_000, overlap: UInt16(overlap * 65_536)).map { [$0[0] / 16, $0[4]] }
        }
        // The surest first; equal ones as cells come. The fourth lies on the third, but is of another class.
        XCTAssertEqual(places(0.55), [[72, 0], [8, 0], [72, 1]])
        XCTAssertEqual(places(0.65), [[72, 0], [8, 0], [72, 1], [12, 0]])
        // A box that is outside of the image has no area.
        map.offsets[4] = -127
        XCTAssertEqual(places(0.55), [[72, 0], [8, 0], [72, 1]])
    }

    func testTheSurestCandidatesStay() {
        let (columns, capacity) = (100, 7)
        let classes = madeUp(columns, seed: 3, in: 0...14)
        let map = Map(
            scores: classes.flatMap { [0, $0] }, offsets: [Int8](repeating: 0, count: 4 * columns), columns: columns)
        // A logit n above background has the probability 65 535 / (65 535 + (65 535 >> n)).
        let order = classes.indices.sorted { (-classes[$0], $0) < (-classes[$1], $1) }
        let expected = order.prefix(capacity).map { (32 * $0 + 8) * 16 }
        XCTAssertEqual(map.found(.ssd, classes: 1, score: 1000, capacity: capacity, most: 50).map { $0[0] }, expected)
        XCTAssertEqual(map.found(.ssd, classes: 1, score: 1000, capacity: 100, most: 100).count, 100)
        // Room for few detections: the surest of them.
        XCTAssertEqual(
            map.found(.ssd, classes: 1, score: 1000, capacity: capacity, most: 3).map { $0[0] },
            Array(expected.prefix(3)))
    }

    func testABoxOfYOLO() {
        var map = Map(scores: [0, 1, 1, 0, 1, 0, 1], offsets: [], columns: 1)
        map.probabilities = (-128...127).map { $0 == 0 ? 32_768 : $0 == 1 ? 49_152 : 0 }
        map.shapes = [16 * 4096, 8 * 4096, 0, 0]
        // The centre lies at a half of 32 and three quarters of 64; sides 2 · 16 and 8. Scores ¾ · ¾ and ¾ · ½.
        let box = [0, 44 * 16, 32 * 16, 8 * 16]
        XCTAssertEqual(map.found(.yolo, classes: 2, score: 24_576), [box + [1, 36_864], box + [0, 24_576]])
        XCTAssertEqual(map.found(.yolo, classes: 2, score: 24_577), [box + [1, 36_864]])
        XCTAssertEqual(map.found(.yolo, classes: 2, score: 49_153), [])
    }
}
