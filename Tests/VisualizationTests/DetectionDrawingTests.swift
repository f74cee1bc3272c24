import Datasets
import Detection
import Visualization
import XCTest

final class DetectionDrawingTests: XCTestCase {
    private func grey(_ width: Int, _ height: Int) throws -> Image {
        try Image(
            width: width, height: height, channels: 1, pixels: [UInt8](repeating: 128, count: width * height))
    }

    private func pixel(_ image: Image, _ x: Int, _ y: Int) -> [UInt8] {
        (0..<3).map { image.pixels[(y * image.width + x) * 3 + $0] }
    }

    func testABoxIsDrawnAroundItsObjectWithALabelAbove() throws {
        let found = Detection(
            box: Box(left: 20, top: 40, right: 60, bottom: 80), label: 1, score: 0.876)
        let image = try DetectionDrawing(grey(100, 100), detections: [found], classNames: ["a", "b"]).image()
        XCTAssertEqual(image.channels, 3)
        // The second colour of the palette, #D55E00, on all four sides; nothing inside or outside.
        let color: [UInt8] = [0xD5, 0x5E, 0x00]
        for (x, y) in [(20, 60), (59, 60), (40, 40), (40, 79)] {
            XCTAssertEqual(pixel(image, x, y), color, "\(x), \(y)")
        }
        for (x, y) in [(21, 60), (58, 60), (40, 78), (60, 60), (40, 80), (5, 5)] {
            XCTAssertEqual(pixel(image, x, y), [128, 128, 128], "\(x), \(y)")
        }
        // "b 88%": five letters of six pixels and a border, nine high, right above the box.
        XCTAssertEqual(pixel(image, 20, 31), color)
        XCTAssertEqual(pixel(image, 50, 39), color)
        XCTAssertEqual(pixel(image, 51, 35), [128, 128, 128])
        XCTAssertEqual(pixel(image, 20, 30), [128, 128, 128])
        // The stem of the b.
        XCTAssertNotEqual(pixel(image, 21, 35), color)
        XCTAssertNotEqual(pixel(image, 21, 35), [128, 128, 128])
    }

    func testBoxesOverTheBorderAndWildOnesAreSafe() throws {
        let boxes = [
            Box(left: -50, top: -50, right: 500, bottom: 500), Box(left: 9, top: 9, right: 9.2, bottom: 9.2),
            Box(left: 200, top: 200, right: 300, bottom: 300), Box(left: 5, top: 5, right: 1, bottom: 1),
            Box(left: .nan, top: 0, right: 1, bottom: 1), Box(left: -1e300, top: 0, right: 1e300, bottom: 5),
        ]
        let detections = boxes.map { Detection(box: $0, label: -3, score: 2) }
        let image = try DetectionDrawing(grey(10, 10), detections: detections, classNames: []).image()
        XCTAssertEqual(image.size, ImageSize(square: 10))
    }

    func testNothingFoundLeavesTheImageAsItIs() throws {
        let image = try grey(8, 8)
        XCTAssertEqual(try DetectionDrawing(image, detections: [], classNames: []).image(), image.rgb())
    }
}
