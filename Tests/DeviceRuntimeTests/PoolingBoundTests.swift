import DeviceRuntime
import XCTest

/// Kernels without a LiteRT twin against the same arithmetic in double precision: each within its stated bound.
final class PoolingBoundTests: XCTestCase {
    private let size = MapSize(height: 7, width: 9, channels: 6)
    private let window = SlidingWindow(3, stride: 2, padding: 1)
    private let (height, width) = (4, 5)
    private let zero: Int32 = -11

    /// Visits every output number with the places of its window on the map.
    private func forEachOutput(_ body: (_ index: Int, _ channel: Int, _ places: [(y: Int, x: Int)]) -> Void) {
        for y in 0..<height {
            for x in 0..<width {
                let places = (0..<9).map { (2 * y - 1 + $0 / 3, 2 * x - 1 + $0 % 3) }
                    .filter { (0..<7).contains($0.0) && (0..<9).contains($0.1) }
                for channel in 0..<6 { body((y * width + x) * 6 + channel, channel, places) }
            }
        }
    }

    private func value(_ map: [Int8], _ place: (y: Int, x: Int), _ channel: Int) -> Double {
        Double(Int32(map[(place.y * 9 + place.x) * 6 + channel]) - zero)
    }

    private func rows(_ input: [Int8], _ body: (Int, MapRows, UnsafeMutablePointer<Int8>) -> Void) -> [Int8] {
        var output = [Int8](repeating: 0, count: height * width * 6)
        input.withUnsafeBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                guard let input = input.baseAddress, let output = output.baseAddress else { return }
                for y in 0..<height { body(y, MapRows(input, size), output + y * width * 6) }
            }
        }
        return output
    }

    /// Weights at half the map's resolution, odd sides included.
    private func withWeights(_ weights: [Int8], offset: Int32, _ body: (PoolingWeights) -> [Int8]) -> [Int8] {
        let (rowOf, columnOf) = ((0..<7).map { UInt16($0 * 4 / 7) }, (0..<9).map { UInt16($0 * 5 / 9) })
        return weights.withUnsafeBufferPointer { weights in
            rowOf.withUnsafeBufferPointer { rowOf in
                columnOf.withUnsafeBufferPointer { columnOf in
                    guard let start = weights.baseAddress, let rowOf = rowOf.baseAddress,
                        let columnOf = columnOf.baseAddress
                    else { return [] }
                    let rows = MapRows(start, MapSize(height: 4, width: 5, channels: 6))
                    return body(PoolingWeights(rows, rowOf: rowOf, columnOf: columnOf, offset: offset))
                }
            }
        }
    }

    private func weight(_ weights: [Int8], _ place: (y: Int, x: Int), _ channel: Int, _ offset: Int32) -> Double {
        Double(Int32(weights[(place.y * 4 / 7 * 5 + place.x * 5 / 9) * 6 + channel]) + offset)
    }

    func testNormalisedWeightedPoolingIsWithinHalfAStep() {
        let (input, weights) = (madeUp(378, seed: 1), madeUp(120, seed: 2))
        var sums = [Int32](repeating: 0, count: 12)
        let output = withWeights(weights, offset: 276) { pooling in
            rows(input) { y, map, row in
                poolNormalisedRow(
                    y, map, size, pooling, window, width: width, zero: zero, sums: &sums, to: row)
            }
        }
        forEachOutput { index, channel, places in
            let total = places.map { weight(weights, $0, channel, 276) }.reduce(0, +)
            let sum = places.map { weight(weights, $0, channel, 276) * value(input, $0, channel) }.reduce(0, +)
            XCTAssertEqual(Double(output[index]), sum / total + Double(zero), accuracy: 0.5 + 1e-9)
        }
    }

    func testUnnormalisedWeightedPoolingIsWithinItsBound() {
        let (input, weights) = (madeUp(378, seed: 3), madeUp(120, seed: 4))
        var sums = [Int32](repeating: 0, count: 6)
        let real = 1 / 150.0 / 9
        let output = withWeights(weights, offset: 129) { pooling in
            rows(input) { y, map, row in
                poolWeightedRow(
                    y, map, size, pooling, window, width: width, zero: zero, scaledOutput(real, zero: 9), sums: &sums,
                    to: row)
            }
        }
        forEachOutput { index, channel, places in
            let sum = places.map { weight(weights, $0, channel, 129) * value(input, $0, channel) }.reduce(0, +)
            XCTAssertEqual(Double(output[index]), clamped(sum * real, zero: 9), accuracy: 0.5 + 1.0 / 64)
        }
    }

    func testDeviationIsWithinItsBound() {
        let input = madeUp(378, seed: 5)
        var sums = [Int32](repeating: 0, count: 12)
        let ratio = 1.5
        let output = rows(input) { y, map, row in
            deviationRow(
                y, map, size, window, width: width, zero: zero, scaledOutput(ratio / 9 / 256, zero: -128), sums: &sums,
                to: row)
        }
        forEachOutput { index, channel, places in
            let values = places.map { value(input, $0, channel) }
            let mean = values.reduce(0, +) / 9
            let deviation = max(0, values.map { $0 * $0 }.reduce(0, +) / 9 - mean * mean).squareRoot()
            XCTAssertEqual(
                Double(output[index]), clamped(deviation * ratio, zero: -128),
                accuracy: 0.5 + ratio * 0.1 / 9 + 1.0 / 64)
        }
    }

    func testAverageThatCountsPaddingIsWithinHalfAStep() {
        let input = madeUp(378, seed: 6)
        var sums = [Int32](repeating: 0, count: 6)
        let output = rows(input) { y, map, row in
            averagePoolRow(
                y, map, size, window, width: width, countsPadding: true, zero: zero, sums: &sums, to: row)
        }
        forEachOutput { index, channel, places in
            let mean = places.map { value(input, $0, channel) }.reduce(0, +) / 9
            XCTAssertEqual(Double(output[index]), mean + Double(zero), accuracy: 0.5 + 1e-9)
        }
    }

    func testGlobalAverageIsWithinItsBound() {
        let input = madeUp(378, seed: 7)
        var (sums, output) = ([Int32](repeating: 77, count: 6), [Int8](repeating: 0, count: 6))
        for y in 0..<7 {
            input.withUnsafeBufferPointer { buffer in
                guard let start = buffer.baseAddress else { return }
                globalAverageRow(
                    y, start + y * 54, size, zero: zero, scaledOutput(3.0 / 63, zero: 4), sums: &sums, to: &output)
            }
        }
        for channel in 0..<6 {
            let mean = (0..<63).map { Double(Int32(input[$0 * 6 + channel]) - zero) }.reduce(0, +) / 63
            XCTAssertEqual(Double(output[channel]), clamped(3 * mean, zero: 4), accuracy: 0.5 + 1.0 / 64)
        }
    }
}
