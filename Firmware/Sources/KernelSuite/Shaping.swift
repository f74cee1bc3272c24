import Board
import DeviceRuntime

/// Kernels that models of others need.
func runShaping(_ bench: inout Bench) {
    let (width, channels) = (32, 24)
    let count = width &* channels
    let first = Addend(zero: -7, multiplier: 1_073_741_824, shift: 0)
    let second = Addend(zero: 12, multiplier: 1_518_500_250, shift: -1)
    let sum = ScaledOutput(multiplier: 1_700_000_000, shift: -19, zero: 4)

    bench.start()
    let (a, b) = (bench.numbers(count), bench.numbers(count))
    let output = bench.bytes(2 &* count)
    board_begin()
    subtract(a, first, b, second, sum, width: width, channels: channels, to: output)
    board_end()
    bench.report("subtract", products: 0, output, count)

    board_begin()
    rectify(
        a, zero: -7, slopes: b, zero: 3, positive: Multiplier(1_200_000_000, shift: 0),
        ScaledOutput(multiplier: 1_400_000_000, shift: -7, zero: -9), width: width, channels: channels, to: output)
    board_end()
    bench.report("rectify", products: 0, output, count)

    // Falls by a twelfth from one distance to the next.
    let exponentials = bench.words(256)
    exponentials[0] = Int32.max
    for distance in 1..<256 { exponentials[distance] = exponentials[distance &- 1] / 12 &* 11 }
    board_begin()
    softmaxRow(a, exponentials: exponentials, width: width, channels: channels, to: output)
    board_end()
    bench.report("softmax", products: 0, output, count)

    let table = bench.numbers(256)
    board_begin()
    joinRow(a, channels: channels, at: 0, of: 2 &* channels, width: width, to: output)
    joinRow(b, channels: channels, table: table, at: channels, of: 2 &* channels, width: width, to: output)
    board_end()
    bench.report("join", products: 0, output, 2 &* count)

    board_begin()
    sliceRow(a, channels: channels, from: 5, count: 11, width: width, to: output)
    board_end()
    bench.report("slice", products: 0, output, 11 &* width)

    let size = MapSize(height: 4, width: 4, channels: 12)
    board_begin()
    for y in 0..<7 {
        padRow(
            y, MapRows(a, size), size, top: 2, left: 1, value: -5, width: 6, to: output + y &* 6 &* size.channels)
    }
    board_end()
    bench.report("pad", products: 0, output, 7 &* 6 &* size.channels)

    let doubled = MapSize(height: 8, width: 8, channels: 12)
    board_begin()
    for y in 0..<doubled.height {
        resizeRow(y, MapRows(a, size), size, to: output + y &* doubled.rowBytes, doubled)
    }
    board_end()
    bench.report("resize", products: 0, output, doubled.height &* doubled.rowBytes)

    let copies = LineCopies(factor: 8, offset: 4, divisor: 16, count: 4)
    board_begin()
    for y in 0..<doubled.height {
        copyRow(
            y, MapRows(a, size), channels: 12, rows: copies, columns: copies, width: 8,
            to: output + y &* doubled.rowBytes)
    }
    board_end()
    bench.report("nearest", products: 0, output, doubled.height &* doubled.rowBytes)

    let maxima = bench.bytes(size.channels)
    board_begin()
    for y in 0..<size.height { globalMaxRow(y, a + y &* size.rowBytes, size, maxima: maxima, to: output) }
    board_end()
    bench.report("global-max", products: 0, output, size.channels)

    let (inputs, outputs) = (256, 10)
    let (weights, scale) = (bench.numbers(inputs &* outputs), bench.scale(outputs, depth: inputs, extremes: true))
    board_begin()
    multiplyRoundingOnce(
        a, inputs: inputs, zero: -7, weights: weights, outputs: outputs, scale, to: output)
    board_end()
    bench.report("linear-once", products: inputs &* outputs, output, outputs)
}
