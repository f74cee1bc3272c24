import Board
import DeviceRuntime

func runElementwise(_ bench: inout Bench) {
    let (width, channels) = (32, 24)
    let count = width &* channels
    let first = Addend(zero: -7, multiplier: 1_073_741_824, shift: 0)
    let second = Addend(zero: 12, multiplier: 1_518_500_250, shift: -1)
    let sum = ScaledOutput(multiplier: 1_700_000_000, shift: -19, zero: 4)
    let product = ScaledOutput(multiplier: 1_400_000_000, shift: -6, zero: -9, low: -100, high: 90)

    bench.start()
    let (a, b) = (bench.numbers(count), bench.numbers(count))
    let output = bench.bytes(count)
    board_begin()
    add(a, first, b, second, sum, width: width, channels: channels, to: output)
    board_end()
    bench.report("add", products: 0, output, count)

    board_begin()
    multiply(a, zero: -7, b, zero: 12, product, width: width, channels: channels, spread: .second, to: output)
    board_end()
    bench.report("multiply-spread", products: 0, output, count)

    let table = bench.numbers(256)
    board_begin()
    lookUp(a, count: count, table, to: output)
    board_end()
    bench.report("look-up", products: 0, output, count)

    board_begin()
    addPosition(
        a, first, columns: b, rows: table, second, sum, y: 3, width: width, channels: channels, to: output)
    board_end()
    bench.report("add-position", products: 0, output, count)

    let size = MapSize(height: 4, width: 4, channels: 12)
    let upsampled = MapSize(height: 9, width: 11, channels: 12)
    board_begin()
    for y in 0..<upsampled.height {
        upsampleRow(y, MapRows(a, size), size, to: output + (y & 1) &* upsampled.rowBytes, upsampled)
    }
    board_end()
    bench.report("upsample", products: 0, output, 2 &* upsampled.rowBytes)

    let shuffled = MapSize(height: 9, width: 8, channels: 3)
    board_begin()
    for y in 0..<shuffled.height {
        shuffleRow(y, MapRows(a, size), size, factor: 2, toDepth: false, to: output + y &* shuffled.rowBytes, shuffled)
    }
    board_end()
    bench.report("depth-to-space", products: 0, output, shuffled.height &* shuffled.rowBytes)
}
