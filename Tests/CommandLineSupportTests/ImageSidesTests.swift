import CommandLineSupport
import XCTest

final class ImageSidesTests: XCTestCase {
    func testASideOrTwo() throws {
        for (text, sides, said) in [
            ("96", [96, 96], "96"), ("49x10", [49, 10], "49x10"), ("7x7", [7, 7], "7"),
            ("8192x1", [8192, 1], "8192x1"),
        ] {
            let read = try XCTUnwrap(ImageSides(argument: text), text)
            XCTAssertEqual(read.size.pair, sides, text)
            XCTAssertEqual(read.description, said)
            XCTAssertNoThrow(try read.check())
        }
    }

    func testWhatIsNoSide() throws {
        for text in ["", "x", "49x", "x10", "49x10x3", "big", "4.5", "49 x 10", "49×10"] {
            XCTAssertNil(ImageSides(argument: text), text)
        }
        for text in ["0", "49x0", "-1x3", "8193", "9223372036854775807"] {
            let sides = try XCTUnwrap(ImageSides(argument: text), text)
            XCTAssertThrowsError(try sides.check(), text) {
                XCTAssertEqual("\($0)", "--resolution \(text): use 1 to 8192 pixels.")
            }
        }
    }
}
