import DeviceRuntime
import XCTest

/// The filter over a mirrored map, against sums over the map that a mirror makes larger.
final class MirroredFilterTests: XCTestCase {
    /// All rows of a filter of one window, each channel with taps of its own.
    private func filtered(
        _ input: [Int8], _ size: MapSize, _ window: SlidingWindow, _ output: MapSize, weights: [Int8], zero: Int32,
        scale: Double, resultZero: Int32, low: Int32 = -128
    ) -> [Int8] {
        let (multiplier, shift) = fixedPoint(scale)
        let bias = [Int32](repeating: 0, count: size.channels)
        let multipliers = [Int32](repeating: multiplier, count: size.channels)
        let shifts = [Int32](repeating: shift, count: size.channels)
        var result = [Int8](repeating: 0, count: output.height * output.rowBytes)
        input.withUnsafeBufferPointer { input in
            weights.withUnsafeBufferPointer { weights in
                bias.withUnsafeBufferPointer { bias in
                    multipliers.withUnsafeBufferPointer { multipliers in
                        shifts.withUnsafeBufferPointer { shifts in
                            result.withUnsafeMutableBufferPointer { result in
                                guard let input = input.baseAddress, let weights = weights.baseAddress,
                                    let bias = bias.baseAddress, let multipliers = multipliers.baseAddress,
                                    let shifts = shifts.baseAddress, let result = result.baseAddress
                                else { return }
                                let geometry = ConvolutionGeometry(
                                    input: size, output: output, window: window, zero: zero)
                                let scale = Requantisation(
                                    bias: bias, multipliers: multipliers, shifts: shifts, zero: resultZero, low: low)
                                for y in 0..<output.height {
                                    filterMirroredRow(
                                        y, MapRows(input, size), geometry, weights: weights, scale,
                                        to: result + y * output.rowBytes)
                                }
                            }
                        }
                    }
                }
            }
        }
        return result
    }

    /// 1 2 1 down and across over rows 0 8 16 24 32 at 0, 2, 4, mirrored: (8 + 0 + 8) / 4, 16, (24 + 64 + 24) / 4.
    func testBlurOfRows() {
        let size = MapSize(height: 5, width: 5, channels: 1)
        let rows = (0..<25).map { Int8($0 / 5 * 8) }
        let output = filtered(
            rows, size, SlidingWindow(3, stride: 2, padding: 1), MapSize(height: 3, width: 3, channels: 1),
            weights: [1, 2, 1, 2, 4, 2, 1, 2, 1], zero: 0, scale: 1.0 / 16, resultZero: 0)
        XCTAssertEqual(output, [4, 4, 4, 16, 16, 16, 28, 28, 28])
    }

    /// Channels in fours and the rest, maps smaller than the filter, and a limit: exact sums, off by the rounding of
    /// one number.
    func testAgainstALargerMap() {
        for (height, width, channels) in [(7, 9, 6), (2, 3, 5), (1, 4, 8), (1, 1, 3)] {
            let size = MapSize(height: height, width: width, channels: channels)
            let output = MapSize(height: (height + 1) / 2, width: (width + 1) / 2, channels: channels)
            let window = SlidingWindow(5, stride: 2, padding: 2)
            let (input, weights) = (madeUp(height * width * channels, seed: 3), madeUp(25 * channels, seed: 4))
            let (zero, scale) = (Int32(-11), 1.0 / 900)
            let result = filtered(
                input, size, window, output, weights: weights, zero: zero, scale: scale, resultZero: 5, low: -60)
            // … 2 1 0 1 2 … n − 1, n − 2 …, written out far enough.
            func lines(_ count: Int) -> [Int] {
                let period = Array(0..<count) + (1..<max(1, count - 1)).reversed()
                return (-8..<count + 8).map { period[(($0 % period.count) + period.count) % period.count] }
            }
            let (down, across) = (lines(height), lines(width))
            for y in 0..<output.height {
                for x in 0..<output.width {
                    for channel in 0..<channels {
                        var sum = 0.0
                        for tap in 0..<25 {
                            let row = down[8 + 2 * y - 2 + tap / 5]
                            let column = across[8 + 2 * x - 2 + tap % 5]
                            let value = Int32(input[(row * width + column) * channels + channel]) - zero
                            sum += Double(value * Int32(weights[tap * channels + channel]))
                        }
                        let expected = min(127, max(-60, sum * scale + 5))
                        XCTAssertEqual(
                            Double(result[(y * output.width + x) * channels + channel]), expected,
                            accuracy: 0.5 + 1.0 / 64, "\(height)×\(width), \(y) \(x) \(channel)")
                    }
                }
            }
        }
    }
}
