import Datasets
import Visualization
import XCTest

final class HeatMapTests: XCTestCase {
    private func map(_ values: [Float]) throws -> HeatMap {
        // The initialiser is the module's own: a map comes from a network.
        try XCTUnwrap(HeatMap.grid(title: "t", width: 2, values: values))
    }

    func testEachValueKeepsItsSquare() throws {
        let black = try Image(width: 4, height: 2, channels: 1, pixels: [UInt8](repeating: 0, count: 8))
        let picture = try map([0, 1]).overlay(on: black, opacity: 1)
        func pixel(_ x: Int, _ y: Int) -> [UInt8] { Array(picture.pixels[(y * 4 + x) * 3..<(y * 4 + x) * 3 + 3]) }
        for y in 0..<2 {
            XCTAssertEqual(pixel(0, y), [68, 1, 84])
            XCTAssertEqual(pixel(1, y), [68, 1, 84])
            XCTAssertEqual(pixel(2, y), [253, 231, 37])
            XCTAssertEqual(pixel(3, y), [253, 231, 37])
        }
        // Half of the photograph, half of the colour.
        let white = try Image(width: 2, height: 1, channels: 3, pixels: [UInt8](repeating: 255, count: 6))
        XCTAssertEqual(Array(try map([0, 1]).overlay(on: white, opacity: 0.5).pixels.prefix(3)), [162, 128, 170])
    }

    func testConstantAndBrokenValuesHaveAColour() throws {
        let black = try Image(width: 2, height: 1, channels: 1, pixels: [0, 0])
        XCTAssertEqual(Array(try map([3, 3]).overlay(on: black, opacity: 1).pixels.prefix(3)), [33, 145, 140])
        XCTAssertEqual(try map([.nan, 1]).range, 1...1)
        XCTAssertEqual(Array(try map([.nan, 1]).overlay(on: black, opacity: 1).pixels.prefix(3)), [33, 145, 140])
        XCTAssertNil(HeatMap.grid(title: "t", width: 2, values: [1, 2, 3]))
    }
}
