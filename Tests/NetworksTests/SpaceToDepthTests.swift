import Foundation
import Networks
import XCTest

/// Cells of pixels as channels: shapes by hand, what is refused, and JSON there and back.
final class SpaceToDepthTests: XCTestCase {
    private func problem(_ factor: Int, _ shape: Shape) -> String {
        do {
            return "\(try SpaceToDepth(factor: factor).outputShape([shape]))"
        } catch {
            return "\(error)"
        }
    }

    func testShapesByHand() throws {
        XCTAssertEqual(try SpaceToDepth(factor: 2).outputShape([[3, 4, 6]]), [12, 2, 3])
        XCTAssertEqual(try SpaceToDepth(factor: 1).outputShape([[3, 4, 6]]), [3, 4, 6])
        // Of 7 rows and 5 columns the last of each is in no cell.
        XCTAssertEqual(try SpaceToDepth(factor: 2).outputShape([[3, 7, 5]]), [12, 3, 2])
        XCTAssertEqual(try SpaceToDepth(factor: 4).outputShape([[1, 4, 4]]), [16, 1, 1])
    }

    /// What depth-to-space makes of a map, this brings back, whatever size it was made to.
    func testItUndoesDepthToSpace() throws {
        for size in [Size(6, 9), Size(8, 10), Size(7, 11)] {
            let larger = try DepthToSpace(factor: 3, size: size).outputShape([[18, 2, 3]])
            XCTAssertEqual(larger, Shape(2, size))
            XCTAssertEqual(try SpaceToDepth(factor: 3).outputShape([larger]), [18, 2, 3])
        }
    }

    func testWhatDoesNotFitIsRefused() {
        XCTAssertEqual(problem(0, [3, 4, 4]), "its factor is 0: use 1 to 256")
        XCTAssertEqual(problem(257, [3, 999, 999]), "its factor is 257: use 1 to 256")
        XCTAssertEqual(problem(.max, [3, 4, 4]), "its factor is \(Int.max): use 1 to 256")
        XCTAssertEqual(problem(4, [3, 8, 3]), "3×8×3 has no cell of 4×4")
    }

    func testItComesBackFromJSON() throws {
        let builder = NetworkBuilder("cells")
        let x = try builder.input([3, 7, 8])
        let network = try builder.network(
            output: builder.add(.spaceToDepth(SpaceToDepth(factor: 2)), [x], name: "cells"))
        XCTAssertEqual(try Network(json: network.json()), network)
        let text = String(decoding: try network.json(), as: UTF8.self)
        XCTAssertTrue(text.contains("\"operation\" : \"spaceToDepth\""), text)
        XCTAssertTrue(text.contains("\"factor\" : 2"), text)
    }
}
