import Board
import DeviceRuntime

func runPooling(_ bench: inout Bench) {
    bench.start()
    let size = MapSize(height: 14, width: 14, channels: 24)
    let window = SlidingWindow(3, stride: 2, padding: 1)
    let (height, width) = (7, 7)
    let rowBytes = width &* size.channels
    let (input, logits) = (bench.numbers(size.height &* size.rowBytes), bench.numbers(size.height &* size.rowBytes))
    let map = MapRows(input, size)
    let sums = bench.words(2 &* size.channels)
    let output = bench.bytes(height &* rowBytes)
    let bytes = height &* rowBytes

    board_begin()
    for y in 0..<height { maxPoolRow(y, map, size, window, width: width, to: output + y &* rowBytes) }
    board_end()
    bench.report("max-pool", products: 0, output, bytes)

    board_begin()
    for y in 0..<height {
        averagePoolRow(
            y, map, size, window, width: width, countsPadding: false, zero: 5, sums: sums, to: output + y &* rowBytes)
    }
    board_end()
    bench.report("average-pool", products: 0, output, bytes)

    board_begin()
    for y in 0..<height {
        deviationRow(
            y, map, size, window, width: width, zero: 5,
            ScaledOutput(multiplier: 1_800_000_000, shift: -9, zero: -128), sums: sums, to: output + y &* rowBytes)
    }
    board_end()
    bench.report("deviation", products: 0, output, bytes)

    board_begin()
    for y in 0..<size.height {
        globalAverageRow(
            y, input + y &* size.rowBytes, size, zero: 5,
            ScaledOutput(multiplier: 1_300_000_000, shift: -6, zero: -10), sums: sums, to: output)
    }
    board_end()
    bench.report("global-average", products: 0, output, size.channels)

    let places = UnsafeMutableRawPointer(bench.bytes(2 &* size.height)).bindMemory(
        to: UInt16.self, capacity: size.height)
    for index in 0..<size.height { places[index] = UInt16(truncatingIfNeeded: index) }
    let weights = PoolingWeights(MapRows(logits, size), rowOf: places, columnOf: places, offset: 276)
    board_begin()
    for y in 0..<height {
        poolNormalisedRow(
            y, map, size, weights, window, width: width, zero: 5, sums: sums, to: output + y &* rowBytes)
    }
    board_end()
    bench.report("weighted-pool", products: bytes &* 9, output, bytes)

    for index in 0..<size.height { places[index] = UInt16(truncatingIfNeeded: index / 2) }
    let half = MapSize(height: 7, width: 7, channels: 24)
    let coarse = PoolingWeights(MapRows(logits, half), rowOf: places, columnOf: places, offset: 129)
    board_begin()
    for y in 0..<height {
        poolWeightedRow(
            y, map, size, coarse, window, width: width, zero: 5,
            ScaledOutput(multiplier: 1_900_000_000, shift: -10, zero: 2), sums: sums, to: output + y &* rowBytes)
    }
    board_end()
    bench.report("weighted-pool-raw", products: bytes &* 9, output, bytes)

    runPoolingWithGaps(&bench)
}

/// Windows of 3×3 taps, two pixels from one to the next, padded on one side alone.
private func runPoolingWithGaps(_ bench: inout Bench) {
    bench.start()
    let size = MapSize(height: 11, width: 11, channels: 9)
    let window = SlidingWindow(height: 3, width: 3, verticalStride: 2, horizontalStride: 2, top: 0, left: 0)
    let gaps = Dilation(vertical: 2, horizontal: 2)
    let result = outputSize(size, window, gaps, below: 2, channels: size.channels)
    let map = MapRows(bench.numbers(size.height &* size.rowBytes), size)
    let logits = bench.numbers(size.height &* size.rowBytes)
    let sums = bench.words(2 &* size.channels)
    let bytes = result.height &* result.rowBytes
    let output = bench.bytes(bytes)

    board_begin()
    for y in 0..<result.height {
        maxPoolRow(y, map, size, window, dilation: gaps, width: result.width, to: output + y &* result.rowBytes)
    }
    board_end()
    bench.report("max-pool-d2", products: 0, output, bytes)

    board_begin()
    for y in 0..<result.height {
        averagePoolRow(
            y, map, size, window, dilation: gaps, width: result.width, countsPadding: false, zero: 5, sums: sums,
            to: output + y &* result.rowBytes)
    }
    board_end()
    bench.report("average-pool-d2", products: 0, output, bytes)

    board_begin()
    for y in 0..<result.height {
        deviationRow(
            y, map, size, window, dilation: gaps, width: result.width, zero: 5,
            ScaledOutput(multiplier: 1_800_000_000, shift: -9, zero: -128), sums: sums,
            to: output + y &* result.rowBytes)
    }
    board_end()
    bench.report("deviation-d2", products: 0, output, bytes)

    let places = UnsafeMutableRawPointer(bench.bytes(2 &* size.height)).bindMemory(
        to: UInt16.self, capacity: size.height)
    for index in 0..<size.height { places[index] = UInt16(truncatingIfNeeded: index) }
    let weights = PoolingWeights(MapRows(logits, size), rowOf: places, columnOf: places, offset: 276)
    board_begin()
    for y in 0..<result.height {
        poolNormalisedRow(
            y, map, size, weights, window, dilation: gaps, width: result.width, zero: 5, sums: sums,
            to: output + y &* result.rowBytes)
    }
    board_end()
    bench.report("weighted-pool-d2", products: bytes &* 9, output, bytes)

    board_begin()
    for y in 0..<result.height {
        poolWeightedRow(
            y, map, size, weights, window, dilation: gaps, width: result.width, zero: 5,
            ScaledOutput(multiplier: 1_900_000_000, shift: -10, zero: 2), sums: sums,
            to: output + y &* result.rowBytes)
    }
    board_end()
    bench.report("weighted-pool-raw-d2", products: bytes &* 9, output, bytes)
}
