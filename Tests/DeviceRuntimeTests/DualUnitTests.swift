import CDSP
import DeviceRuntime
import XCTest

/// The dual unit's kernels, here in their portable form, against the plain ones. Firmware/run does the same on emulated cores.
final class DualUnitTests: XCTestCase {
    /// Channels × pixels × columns with tails, an odd number of channels and scales that need the general form.
    func testProductEqualsTheSumsWrittenOut() {
        let (count, outputs) = (27, 37)
        let (a, b) = (madeUp(count, seed: 1), madeUp(count, seed: 2))
        let (weights, bias) = (madeUp(count * outputs, seed: 3), madeUp(outputs, seed: 4).map { Int32($0) * 9 })
        let multipliers = (0..<outputs).map { Int32(1 << 30) + Int32($0) * 12_345_678 }
        let shifts = (0..<outputs).map { Int32($0 % 7 == 0 ? 1 : -8) }
        let zero: Int32 = 5
        var columns = [Int16](repeating: 0, count: 2 * 28)
        for index in 0..<count {
            let place = index / 4 * 8 + [0, 2, 1, 3][index % 4]
            columns[place] = Int16(a[index]) - 3
            columns[place + 4] = Int16(b[index]) - 3
        }
        var (first, second) = ([Int8](repeating: 0, count: outputs), [Int8](repeating: 0, count: outputs))
        columns.withUnsafeBytes { columns in
            bias.withUnsafeBufferPointer { bias in
                multipliers.withUnsafeBufferPointer { multipliers in
                    shifts.withUnsafeBufferPointer { shifts in
                        var scale = CDSPScale(
                            bias: bias.baseAddress, multipliers: multipliers.baseAddress, shifts: shifts.baseAddress,
                            zero: zero)
                        cdsp_dual_product(
                            columns.baseAddress!.assumingMemoryBound(to: Int32.self), weights, Int32(count),
                            Int32(outputs), &scale, &first, &second)
                    }
                }
            }
        }
        for (pixel, output) in [(a, first), (b, second)] {
            for channel in 0..<outputs {
                let sum = (0..<count).reduce(bias[channel]) {
                    $0 + (Int32(pixel[$1]) - 3) * Int32(weights[channel * count + $1])
                }
                let scaled = Multiplier(multipliers[channel], shift: shifts[channel])(sum) + zero
                XCTAssertEqual(output[channel], Int8(clamping: scaled), "channel \(channel)")
            }
        }
    }

    func testDepthwiseEqualsThePlainKernel() {
        // Blocks of four with a remainder and without, one block only, no padding, stride 2, a larger window.
        for (width, side, stride, padding) in [
            (8, 3, 1, 1), (43, 3, 1, 1), (4, 3, 1, 1), (9, 3, 1, 0), (11, 3, 2, 1), (7, 5, 1, 2),
        ] {
            checkDepthwise(
                MapSize(height: 6, width: width, channels: 8), SlidingWindow(side, stride: stride, padding: padding))
        }
    }

    private func checkDepthwise(_ size: MapSize, _ window: SlidingWindow) {
        let channels = size.channels
        func outputSide(_ side: Int) -> Int { (side + 2 * window.top - window.height) / window.verticalStride + 1 }
        let output = MapSize(height: outputSide(size.height), width: outputSide(size.width), channels: channels)
        let geometry = ConvolutionGeometry(
            input: size, output: output, window: window, groups: channels, zero: -9)
        let input = madeUp(size.height * size.rowBytes, seed: 5)
        let weights = madeUp(window.height * window.width * channels, seed: 6, in: -127...127)
        let bias = madeUp(channels, seed: 7).map { Int32($0) * 20 }
        let multipliers = (0..<channels).map { Int32(1 << 30) + Int32($0) * 99_999_999 }
        let shifts = [Int32](repeating: -6, count: channels)
        var (plain, dual) = ([Int8](repeating: 0, count: output.rowBytes), [Int8](repeating: 1, count: output.rowBytes))
        input.withUnsafeBufferPointer { input in
            weights.withUnsafeBufferPointer { weights in
                bias.withUnsafeBufferPointer { bias in
                    multipliers.withUnsafeBufferPointer { multipliers in
                        shifts.withUnsafeBufferPointer { shifts in
                            let start = input.baseAddress!
                            let scale = Requantisation(
                                bias: bias.baseAddress!, multipliers: multipliers.baseAddress!,
                                shifts: shifts.baseAddress!, zero: 7)
                            for y in 0..<output.height {
                                convolveDepthwiseRow(
                                    y, MapRows(start, size), geometry, weights: weights.baseAddress!, scale, to: &plain)
                                let top = y * window.verticalStride - window.top
                                let (first, last) = (max(0, -top), min(window.height, size.height - top))
                                let lines: [UnsafePointer<Int8>?] = (first..<last).map {
                                    start + (top + $0) * size.rowBytes
                                }
                                lines.withUnsafeBufferPointer { lines in
                                    var row = CDSPDepthwise(
                                        lines: lines.baseAddress, line_count: Int32(lines.count),
                                        channels: Int32(channels), width: Int32(window.width),
                                        stride: Int32(window.horizontalStride), left: Int32(window.left),
                                        input_width: Int32(size.width), output_width: Int32(output.width), zero: -9,
                                        quads: Int32(channels / 4))
                                    var tables = CDSPScale(
                                        bias: bias.baseAddress, multipliers: multipliers.baseAddress,
                                        shifts: shifts.baseAddress, zero: 7)
                                    cdsp_dual_depthwise(
                                        &row, weights.baseAddress! + first * window.width * channels, &tables, &dual)
                                }
                                XCTAssertEqual(
                                    dual, plain, "row \(y) of \(size.width) pixels, \(window.height)×\(window.width)")
                            }
                        }
                    }
                }
            }
        }
    }
}
