import Foundation
import Networks
import XCTest

/// What slides over a map: sizes by hand, the JSON form, and what is refused.
final class WindowTests: XCTestCase {
    private func shape(_ window: Window, _ map: Size) throws -> Shape {
        let builder = NetworkBuilder("window")
        let x = try builder.convolution(builder.input(Shape(1, map)), to: 2, window: window, name: "it")
        return builder.shape(of: x)
    }

    func testSizesByHand() throws {
        // A line below and on the right: ⌊(8 + 0 + 1 − 3) / 2⌋ + 1 = 4.
        XCTAssertEqual(try shape(Window(kernel: 3, stride: 2, before: 0, after: 1), 8), [2, 4, 4])
        // Three taps, two lines from one to the next, reach over five.
        XCTAssertEqual(Window(kernel: 3, dilation: 2).extent, 5)
        XCTAssertEqual(try shape(Window(kernel: 3, dilation: 2), 7), [2, 3, 3])
        XCTAssertEqual(try shape(Window(kernel: 3, dilation: 2, padding: 2), 7), [2, 7, 7])
        XCTAssertEqual(try shape(Window(kernel: Size(1, 3), dilation: Size(1, 3)), Size(4, 9)), [2, 4, 3])
    }

    /// TensorFlow's rule: an output for each stride begun, and where padding is odd its one line more is last.
    func testSamePaddingByHand() {
        func padding(_ side: Int, _ kernel: Int, _ stride: Int, dilation: Int = 1) -> [Int] {
            var window = Window(kernel: Size(kernel), stride: Size(stride), dilation: Size(dilation))
            window.padToSame(Size(side))
            return [window.before.height, window.after.height]
        }
        XCTAssertEqual(padding(8, 3, 2), [0, 1])
        XCTAssertEqual(padding(9, 3, 2), [1, 1])
        XCTAssertEqual(padding(8, 3, 1), [1, 1])
        XCTAssertEqual(padding(7, 2, 2), [0, 1])
        XCTAssertEqual(padding(8, 1, 2), [0, 0])
        XCTAssertEqual(padding(10, 3, 1, dilation: 2), [2, 2])
    }

    func testJSONStatesPaddingOfEachSideOnlyWhereSidesDiffer() throws {
        func json(_ window: Window) throws -> [String: Any] {
            let builder = NetworkBuilder("window")
            let x = try builder.convolution(builder.input([1, 9, 9]), to: 2, window: window, name: "it")
            let network = try builder.network(output: x)
            XCTAssertEqual(try Network(json: network.json()), network)
            let object = try JSONSerialization.jsonObject(with: network.json()) as? [String: Any]
            return try XCTUnwrap((object?["nodes"] as? [[String: Any]])?.last)
        }
        let alike = try json(Window(kernel: 3, stride: 2, padding: 1))
        XCTAssertEqual(alike["padding"] as? [Int], [1, 1])
        XCTAssertEqual(alike["kernel"] as? [Int], [3, 3])
        XCTAssertNil(alike["dilation"])
        let other = try json(Window(kernel: 3, stride: 2, dilation: 2, before: Size(0, 1), after: Size(1, 2)))
        XCTAssertEqual(other["padding"] as? [Int], [0, 1, 1, 2])
        XCTAssertEqual(other["dilation"] as? [Int], [2, 2])
    }

    func testWindowsThatNoMapHasAreRefused() {
        func message(_ window: Window, _ map: Size = 8) -> String {
            do {
                return "\(try shape(window, map))"
            } catch {
                return "\(error)"
            }
        }
        XCTAssertEqual(
            message(Window(kernel: 3, dilation: 0)), "it: its dilation is 0×0: use sides of 1 to 1024")
        XCTAssertEqual(
            message(Window(kernel: 1024, dilation: 1024)),
            "it: its window reaches over 1047553×1047553 pixels: use at most 4096")
        XCTAssertEqual(
            message(Window(kernel: 3, before: 0, after: 3)),
            "it: its padding is 0×0 before and 3×3 after: use 0 or more, and less than its kernel 3×3")
        XCTAssertEqual(
            message(Window(kernel: 2, dilation: 4, padding: 2), 1),
            "it: its window of 2×2 with a dilation of 4×4 steps over the 1×1 map: use a smaller dilation or padding")
        XCTAssertEqual(
            message(Window(kernel: 3, dilation: 4)),
            "it: its 9×9 window does not fit the 8×8 map: use larger images or smaller strides")
    }

    func testPaddingOfThreeNumbersIsNoPadding() {
        let text = """
            {"format": "sapool-network", "version": 1, "name": "n", "nodes": [
              {"name": "x", "operation": "input", "shape": [1, 8, 8]},
              {"name": "p", "operation": "maxPool", "kernel": [2, 2], "stride": [2, 2], "padding": [0, 0, 1], "inputs": ["x"]}
            ], "outputs": ["p"]}
            """
        XCTAssertThrowsError(try Network(json: Data(text.utf8))) {
            XCTAssertTrue("\($0)".contains("padding is [rows, columns] or [top, left, bottom, right]"), "\($0)")
        }
    }
}
