import DeviceRuntime
import XCTest

final class ElementwiseBoundTests: XCTestCase {
    func testLookUpReadsTheTableAtEachByteInPlace() {
        var bytes: [Int8] = [-128, -1, 0, 1, 127]
        let table = (0..<256).map { Int8(127 - $0 / 2) }
        bytes.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return }
            lookUp(start, count: 5, table, to: start)
        }
        XCTAssertEqual(bytes, [127, 64, 63, 63, 0])
    }

    func testPositionsAddColumnsToTheFirstHalfAndRowsToTheSecond() {
        // Equal scales everywhere: 1 + position, exactly.
        let half = Addend(zero: 0, multiplier: 1 << 30, shift: 0)
        let scale = ScaledOutput(multiplier: 1 << 30, shift: -18, zero: 0)
        let (columns, rows): ([Int8], [Int8]) = ([10, 11, 20, 21, 30, 31], [1, 2, 3, 4])
        var output = [Int8](repeating: 0, count: 12)
        addPosition(
            [Int8](repeating: 1, count: 12), half, columns: columns, rows: rows, half, scale, y: 1, width: 3,
            channels: 4,
            to: &output)
        XCTAssertEqual(output, [11, 12, 4, 5, 21, 22, 4, 5, 31, 32, 4, 5])
    }

    func testBilinearUpsamplingIsWithinItsBound() {
        let (size, larger) = (MapSize(height: 3, width: 5, channels: 4), MapSize(height: 8, width: 11, channels: 4))
        let input = madeUp(60, seed: 8)
        var row = [Int8](repeating: 0, count: larger.rowBytes)
        func place(_ index: Int, _ from: Int, _ to: Int) -> (Int, Int, Double) {
            let position = max(0, (Double(index) + 0.5) * Double(from) / Double(to) - 0.5)
            return (Int(position), min(Int(position) + 1, from - 1), position - Double(Int(position)))
        }
        for y in 0..<8 {
            input.withUnsafeBufferPointer { buffer in
                guard let start = buffer.baseAddress else { return }
                upsampleRow(y, MapRows(start, size), size, to: &row, larger)
            }
            let (top, bottom, down) = place(y, 3, 8)
            for x in 0..<11 {
                let (left, right, across) = place(x, 5, 11)
                for channel in 0..<4 {
                    func at(_ y: Int, _ x: Int) -> Double { Double(input[(y * 5 + x) * 4 + channel]) }
                    let exact =
                        (1 - down) * ((1 - across) * at(top, left) + across * at(top, right))
                        + down * ((1 - across) * at(bottom, left) + across * at(bottom, right))
                    XCTAssertEqual(Double(row[x * 4 + channel]), exact, accuracy: 0.625)
                }
            }
        }
    }

    func testDepthToSpaceMovesChannelsIntoCellsAndCopiesTheBorder() {
        // One pixel of 4 numbers becomes a cell of 2×2; the map is 3×3, so the last row and column are copies.
        let size = MapSize(height: 1, width: 1, channels: 4)
        let larger = MapSize(height: 3, width: 3, channels: 1)
        let pixel: [Int8] = [1, 2, 3, 4]
        var output = [Int8](repeating: 0, count: 9)
        pixel.withUnsafeBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                guard let input = input.baseAddress, let output = output.baseAddress else { return }
                for y in 0..<3 {
                    shuffleRow(
                        y, MapRows(input, size), size, factor: 2, toDepth: false, to: output + 3 * y, larger)
                }
            }
        }
        XCTAssertEqual(output, [1, 2, 2, 3, 4, 4, 3, 4, 4])
    }

    func testSpaceToDepthMovesCellsIntoChannelsAndLeavesOutWhatIsNoCell() {
        // Two channels, n and −n, of 3×5 pixels: two cells of 2×2; the last row and column belong to none.
        let size = MapSize(height: 3, width: 5, channels: 2)
        let smaller = MapSize(height: 1, width: 2, channels: 8)
        let pixels = (1...15).flatMap { [Int8($0), -Int8($0)] }
        var output = [Int8](repeating: 0, count: 16)
        pixels.withUnsafeBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                guard let input = input.baseAddress, let output = output.baseAddress else { return }
                shuffleRow(0, MapRows(input, size), size, factor: 2, toDepth: true, to: output, smaller)
            }
        }
        XCTAssertEqual(output, [1, 2, 6, 7, -1, -2, -6, -7, 3, 4, 8, 9, -3, -4, -8, -9])
    }
}
