import DeviceRuntime
import Foundation
import XCTest

/// Attention with projections that do nothing but pass numbers through, so that the softmax's own error can be seen.
final class AttentionBoundTests: XCTestCase {
    func testSmallMap() { check(MapSize(height: 4, width: 5, channels: 8), heads: 2, temperature: 0.002) }

    func testManyTokensAndAnOddDepth() {
        check(MapSize(height: 24, width: 25, channels: 6), heads: 2, temperature: 0.0005)
    }

    func testSharpSoftmaxPicksOneToken() {
        check(MapSize(height: 5, width: 5, channels: 16), heads: 1, temperature: 0.5)
    }

    func testOutputMayLieOverTheInput() {
        let size = MapSize(height: 4, width: 5, channels: 8)
        let input = madeUp(160, seed: 9)
        XCTAssertEqual(
            attend(input, size, heads: 2, 0.002, inPlace: true), attend(input, size, heads: 2, 0.002, inPlace: false))
    }

    private func check(_ size: MapSize, heads: Int, temperature: Double) {
        let (channels, tokens) = (size.channels, size.height * size.width)
        let input = madeUp(tokens * channels, seed: 10, in: -127...127)
        let output = attend(input, size, heads: heads, temperature, inPlace: false)
        var bits = 14
        while tokens >> (23 - bits) > 0 { bits -= 1 }
        let bound = 0.5 + 255 * (0.0014 + Double(tokens) / Double(1 << (bits + 1)))
        let depth = channels / heads
        var largest = 0.0
        for token in 0..<tokens {
            for head in 0..<heads {
                let places = head * depth..<(head + 1) * depth
                let scores = (0..<tokens).map { key in
                    places.map { Double(input[token * channels + $0]) * Double(input[key * channels + $0]) }.reduce(
                        0, +)
                }
                let greatest = scores.max() ?? 0
                let weights = scores.map { exp(($0 - greatest) * temperature) }
                let total = weights.reduce(0, +)
                for channel in places {
                    let mean =
                        (0..<tokens).map { weights[$0] * Double(input[$0 * channels + channel]) }.reduce(0, +) / total
                    largest = max(largest, abs(mean - Double(output[token * channels + channel])))
                }
            }
        }
        XCTAssertLessThanOrEqual(largest, bound)
    }

    /// softmax(temperature · q·k) v with q = k = v = input.
    private func attend(_ input: [Int8], _ size: MapSize, heads: Int, _ temperature: Double, inPlace: Bool) -> [Int8] {
        let (channels, tokens) = (size.channels, size.height * size.width)
        var identity = [Int8](repeating: 0, count: channels * channels)
        for channel in 0..<channels { identity[channel * channels + channel] = 1 }
        let none = [Int32](repeating: 0, count: channels)
        let (one, shift) = ([Int32](repeating: 1 << 30, count: channels), [Int32](repeating: 1, count: channels))
        var keysAndValues = [Int8](repeating: 0, count: 2 * tokens * channels)
        var (scores, token) = ([Int32](repeating: 0, count: tokens), [Int8](repeating: 0, count: channels))
        var (map, output) = (input, [Int8](repeating: 0, count: tokens * channels))
        let (multiplier, octaves) = fixedPoint(temperature * 256 * M_LOG2E)
        let geometry = AttentionGeometry(
            size: size, heads: heads, zero: 0, octaves: Multiplier(multiplier, shift: octaves))
        withPointers(&identity, none, one, shift) { identity, scale in
            withPointers(&keysAndValues, &scores, &token) { memory in
                map.withUnsafeMutableBufferPointer { map in
                    output.withUnsafeMutableBufferPointer { output in
                        guard let map = map.baseAddress, let output = output.baseAddress else { return }
                        let weights = AttentionWeights(
                            query: identity, scale, key: identity, scale, value: identity, scale, output: identity,
                            scale)
                        for y in 0..<size.height {
                            let row = (inPlace ? map : output) + y * size.rowBytes
                            attendRow(y, MapRows(map, size), geometry, weights, memory, to: row)
                        }
                    }
                }
            }
        }
        return inPlace ? map : output
    }

    private func withPointers(
        _ identity: inout [Int8], _ none: [Int32], _ one: [Int32], _ shift: [Int32],
        _ body: (UnsafePointer<Int8>, Requantisation) -> Void
    ) {
        identity.withUnsafeBufferPointer { identity in
            none.withUnsafeBufferPointer { none in
                one.withUnsafeBufferPointer { one in
                    shift.withUnsafeBufferPointer { shift in
                        body(
                            identity.baseAddress!,
                            Requantisation(
                                bias: none.baseAddress!, multipliers: one.baseAddress!, shifts: shift.baseAddress!,
                                zero: 0))
                    }
                }
            }
        }
    }

    private func withPointers(
        _ keysAndValues: inout [Int8], _ scores: inout [Int32], _ token: inout [Int8], _ body: (AttentionMemory) -> Void
    ) {
        keysAndValues.withUnsafeMutableBufferPointer { keys in
            scores.withUnsafeMutableBufferPointer { scores in
                token.withUnsafeMutableBufferPointer { token in
                    body(
                        AttentionMemory(
                            keysAndValues: keys.baseAddress!, scores: scores.baseAddress!, token: token.baseAddress!))
                }
            }
        }
    }
}
