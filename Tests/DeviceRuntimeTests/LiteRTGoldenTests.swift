import DeviceRuntime
import Foundation
import XCTest

/// Kernels against LiteRT's reference kernels, bit for bit. The numbers come from Tests/Golden/make_litert_golden.py.
final class LiteRTGoldenTests: XCTestCase {
    func testEveryCaseIsLiteRTsBitForBit() throws {
        let url = try XCTUnwrap(
            Bundle.module.url(forResource: "litert", withExtension: "json", subdirectory: "Resources"))
        let cases = try JSONDecoder().decode([GoldenCase].self, from: Data(contentsOf: url))
        XCTAssertEqual(cases.count, 46)
        for golden in cases {
            let output = try XCTUnwrap(golden.run(), golden.name)
            let differing = zip(output, golden.expected).filter { $0 != $1 }.count
            XCTAssertEqual(output.count, golden.expected.count, golden.name)
            XCTAssertEqual(differing, 0, "\(golden.name): \(differing) of \(output.count) bytes differ")
            XCTAssertGreaterThan(Set(golden.expected).count, 8, "\(golden.name) has an output that proves little")
        }
    }
}

/// One operation with what goes in and what LiteRT makes of it.
struct GoldenCase: Decodable {
    let name: String
    let operation: String
    let input: [Int]
    let output: [Int]
    var kernel: [Int]?
    var stride: Int?
    var padding: [Int]?
    var groups: Int?
    /// From tap to tap; missing where none is left out.
    var dilation: Int?
    let inputZero: Int32
    var secondZero: Int32?
    var outputZero: Int32?
    var low: Int32?
    var high: Int32?
    var multipliers: [Int32]?
    var shifts: [Int32]?
    var bias: [Int32]?
    var weights: [Int8]?
    /// A softmax's exponentials.
    var words: [Int32]?
    /// How lines of a nearest-neighbour resampling meet.
    var alignment: String?
    let x: [Int8]
    var second: [Int8]?
    let expected: [Int8]

    var inputSize: MapSize { MapSize(height: input[0], width: input[1], channels: input[2]) }
    var outputSize: MapSize { MapSize(height: output[0], width: output[1], channels: output[2]) }

    /// The kernel's output; nil for an operation that nobody knows.
    func run() -> [Int8]? {
        switch operation {
        case "convolution", "depthwise": convolve()
        case "linear", "linearOnce": linear()
        case "add", "subtract", "multiply": combine()
        case "average", "max": pool()
        case "mean", "reduceMax": reduce()
        case "rectify": rectified()
        case "softmax": softmax()
        case "bilinear", "nearest": resized()
        case "concatenation": joined()
        case "pad": padded()
        default: nil
        }
    }

    private var window: SlidingWindow? {
        guard let kernel, let stride, let padding else { return nil }
        return SlidingWindow(
            height: kernel[0], width: kernel[1], verticalStride: stride, horizontalStride: stride, top: padding[0],
            left: padding[1])
    }

    private func convolve() -> [Int8]? {
        guard let window, let weights else { return nil }
        let isDepthwise = operation == "depthwise"
        let geometry = ConvolutionGeometry(
            input: inputSize, output: outputSize, window: window, groups: isDepthwise ? input[2] : groups ?? 1,
            zero: inputZero)
        return withScale { scale in
            rows(outputSize) { y, map, row in
                var columns = [Int32](repeating: 0x5A5A_5A5A, count: geometry.columnBytes / 4)
                let gaps = dilation.map { Dilation(vertical: $0, horizontal: $0) }
                switch (isDepthwise, gaps) {
                case (true, nil): convolveDepthwiseRow(y, map, geometry, weights: weights, scale, to: row)
                case (true, let gaps?):
                    convolveDepthwiseRow(y, map, geometry, dilation: gaps, weights: weights, scale, to: row)
                case (false, nil): convolveRow(y, map, geometry, weights: weights, scale, columns: &columns, to: row)
                case (false, let gaps?):
                    convolveRow(
                        y, map, geometry, dilation: gaps, weights: weights, scale, columns: &columns, to: row)
                }
            }
        }
    }

    private func linear() -> [Int8]? {
        guard let weights else { return nil }
        return withScale { scale in
            var result = [Int8](repeating: 0, count: expected.count)
            if operation == "linear" {
                multiply(
                    x, inputs: x.count, zero: inputZero, weights: weights, outputs: expected.count, scale, to: &result)
            } else {
                multiplyRoundingOnce(
                    x, inputs: x.count, zero: inputZero, weights: weights, outputs: expected.count, scale, to: &result)
            }
            return result
        }
    }

    private func combine() -> [Int8]? {
        guard let second, let multipliers, let shifts, let secondZero, let scale = scaledOutput else { return nil }
        var result = [Int8](repeating: 0, count: expected.count)
        let (width, channels) = (input[0] * input[1], input[2])
        guard operation != "multiply" else {
            multiply(
                x, zero: inputZero, second, zero: secondZero, scale, width: width, channels: channels, to: &result)
            return result
        }
        let first = Addend(zero: inputZero, multiplier: multipliers[0], shift: shifts[0])
        let other = Addend(zero: secondZero, multiplier: multipliers[1], shift: shifts[1])
        if operation == "add" {
            add(x, first, second, other, scale, width: width, channels: channels, to: &result)
        } else {
            subtract(x, first, second, other, scale, width: width, channels: channels, to: &result)
        }
        return result
    }

    /// The last multiplier with the output's zero point and limits.
    var scaledOutput: ScaledOutput? {
        guard let multiplier = multipliers?.last, let shift = shifts?.last, let outputZero, let low, let high else {
            return nil
        }
        return ScaledOutput(multiplier: multiplier, shift: shift, zero: outputZero, low: low, high: high)
    }

    private func pool() -> [Int8]? {
        guard let window else { return nil }
        var sums = [Int32](repeating: 0, count: input[2])
        return rows(outputSize) { y, map, row in
            if operation == "max" {
                maxPoolRow(y, map, inputSize, window, width: output[1], to: row)
            } else {
                averagePoolRow(
                    y, map, inputSize, window, width: output[1], countsPadding: false, zero: inputZero, sums: &sums,
                    to: row)
            }
        }
    }

    private func withScale(_ body: (Requantisation) -> [Int8]) -> [Int8]? {
        guard let bias, let multipliers, let shifts, let outputZero, let low, let high else { return nil }
        return bias.withUnsafeBufferPointer { bias in
            multipliers.withUnsafeBufferPointer { multipliers in
                shifts.withUnsafeBufferPointer { shifts in
                    guard let bias = bias.baseAddress, let multipliers = multipliers.baseAddress,
                        let shifts = shifts.baseAddress
                    else { return [] }
                    return body(
                        Requantisation(
                            bias: bias, multipliers: multipliers, shifts: shifts, zero: outputZero, low: low, high: high
                        ))
                }
            }
        }
    }

    /// Row by row through a line buffer of just enough rows, which holds rubbish where the window may not look.
    func rows(_ size: MapSize, _ body: (Int, MapRows, UnsafeMutablePointer<Int8>) -> Void) -> [Int8] {
        let extent = ((kernel?[0] ?? 1) - 1) * (dilation ?? 1) + 1
        let (rowBytes, capacity) = (inputSize.rowBytes, min(input[0], extent))
        var result = [Int8](repeating: 0, count: size.height * size.rowBytes)
        let lines = UnsafeMutablePointer<Int8>.allocate(capacity: capacity * rowBytes)
        defer { lines.deallocate() }
        for y in 0..<size.height {
            lines.update(repeating: 0x55, count: capacity * rowBytes)
            let first = y * (stride ?? 1) - (padding?[0] ?? 0)
            for row in max(0, first)..<min(input[0], first + extent) {
                for index in 0..<rowBytes { lines[row % capacity * rowBytes + index] = x[row * rowBytes + index] }
            }
            result.withUnsafeMutableBufferPointer { buffer in
                guard let start = buffer.baseAddress else { return }
                body(y, MapRows(lines, capacity: capacity, rowBytes: rowBytes), start + y * size.rowBytes)
            }
        }
        return result
    }
}
