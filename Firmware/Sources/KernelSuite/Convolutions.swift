import Board
import DeviceRuntime

func runConvolutions(_ bench: inout Bench) {
    convolve(&bench, "conv1x1-64-64-8x8", MapSize(height: 8, width: 8, channels: 64), SlidingWindow(1), outputs: 64)
    convolve(
        &bench, "conv3x3-16-16-16x16", MapSize(height: 16, width: 16, channels: 16), SlidingWindow(3, padding: 1),
        outputs: 16)
    convolve(
        &bench, "conv3x3-3-16-32x32-s2", MapSize(height: 32, width: 32, channels: 3),
        SlidingWindow(3, stride: 2, padding: 1), outputs: 16)
    convolve(
        &bench, "conv1x1-24-13-5x5", MapSize(height: 5, width: 5, channels: 24), SlidingWindow(1), outputs: 13,
        extremes: true)
    convolve(
        &bench, "conv3x3-32-32-7x7-g4", MapSize(height: 7, width: 7, channels: 32), SlidingWindow(3, padding: 1),
        outputs: 32, groups: 4)
    depthwise(
        &bench, "depthwise3x3-64-16x16", MapSize(height: 16, width: 16, channels: 64), SlidingWindow(3, padding: 1))
    depthwise(
        &bench, "depthwise3x3-44-15x17-s2", MapSize(height: 15, width: 17, channels: 44),
        SlidingWindow(3, stride: 2, padding: 1))
    depthwise(
        &bench, "depthwise5x5-24-9x9", MapSize(height: 9, width: 9, channels: 24), SlidingWindow(5, padding: 2))
    depthwise(
        &bench, "depthwise3x3-8-5x5", MapSize(height: 5, width: 5, channels: 8), SlidingWindow(3, padding: 1),
        extremes: true)
    depthwise(&bench, "depthwise3x3-12-5x70", MapSize(height: 5, width: 70, channels: 12), SlidingWindow(3, padding: 1))
    depthwise(&bench, "depthwise3x3-8-7x9-valid", MapSize(height: 7, width: 9, channels: 8), SlidingWindow(3))
    depthwise(&bench, "depthwise3x3-7-6x6", MapSize(height: 6, width: 6, channels: 7), SlidingWindow(3, padding: 1))
    // "Same" padding as TensorFlow has it: a line below and on the right alone.
    let same = SlidingWindow(height: 3, width: 3, verticalStride: 2, horizontalStride: 2, top: 0, left: 0)
    convolve(
        &bench, "conv3x3-3-8-16x16-same", MapSize(height: 16, width: 16, channels: 3), same, outputs: 8, below: 1)
    depthwise(&bench, "depthwise3x3-12-16x16-same", MapSize(height: 16, width: 16, channels: 12), same, below: 1)
    let wide = SlidingWindow(3, padding: 2)
    let gaps = Dilation(vertical: 2, horizontal: 2)
    convolve(
        &bench, "conv3x3-8-8-9x9-d2", MapSize(height: 9, width: 9, channels: 8), wide, outputs: 8, dilation: gaps)
    convolve(
        &bench, "conv3x3-12-6-7x7-g2-d2", MapSize(height: 7, width: 7, channels: 12), wide, outputs: 6, groups: 2,
        dilation: gaps, extremes: true)
    depthwise(&bench, "depthwise3x3-12-9x9-d2", MapSize(height: 9, width: 9, channels: 12), wide, dilation: gaps)
    mirrored(&bench)
    linear(&bench)
}

/// - Parameter below: lines of padding below and on the right; nil is as many as above.
func outputSize(
    _ size: MapSize, _ window: SlidingWindow, _ dilation: Dilation?, below: Int?, channels: Int
) -> MapSize {
    let (rows, columns) = (
        (window.height &- 1) &* (dilation?.vertical ?? 1) &+ 1, (window.width &- 1) &* (dilation?.horizontal ?? 1) &+ 1
    )
    return MapSize(
        height: (size.height &+ window.top &+ (below ?? window.top) &- rows) / window.verticalStride &+ 1,
        width: (size.width &+ window.left &+ (below ?? window.left) &- columns) / window.horizontalStride &+ 1,
        channels: channels)
}

private func convolve(
    _ bench: inout Bench, _ name: StaticString, _ size: MapSize, _ window: SlidingWindow, outputs: Int, groups: Int = 1,
    dilation: Dilation? = nil, below: Int? = nil, extremes: Bool = false
) {
    bench.start()
    let geometry = ConvolutionGeometry(
        input: size, output: outputSize(size, window, dilation, below: below, channels: outputs), window: window,
        groups: groups, zero: -5)
    let input = MapRows(bench.numbers(size.height &* size.rowBytes), size)
    let weights = bench.numbers(outputs &* geometry.windowCount)
    let scale = bench.scale(outputs, depth: geometry.windowCount, extremes: extremes)
    let columns = bench.words(geometry.columnBytes / 4)
    let bytes = geometry.output.height &* geometry.output.rowBytes
    let output = bench.bytes(bytes)
    board_begin()
    var y = 0
    while y < geometry.output.height {
        let row = output + y &* geometry.output.rowBytes
        if let dilation {
            convolveRow(
                y, input, geometry, dilation: dilation, weights: weights, scale, columns: columns, to: row)
        } else {
            convolveRow(y, input, geometry, weights: weights, scale, columns: columns, to: row)
        }
        y = y &+ 1
    }
    board_end()
    bench.report(name, products: bytes &* geometry.windowCount, output, bytes)
}

private func depthwise(
    _ bench: inout Bench, _ name: StaticString, _ size: MapSize, _ window: SlidingWindow,
    dilation: Dilation? = nil, below: Int? = nil, extremes: Bool = false
) {
    bench.start()
    let geometry = ConvolutionGeometry(
        input: size, output: outputSize(size, window, dilation, below: below, channels: size.channels), window: window,
        groups: size.channels, zero: 7)
    let input = MapRows(bench.numbers(size.height &* size.rowBytes), size)
    let taps = window.height &* window.width
    let weights = bench.numbers(taps &* size.channels)
    let scale = bench.scale(size.channels, depth: taps, extremes: extremes)
    let bytes = geometry.output.height &* geometry.output.rowBytes
    let output = bench.bytes(bytes)
    board_begin()
    var y = 0
    while y < geometry.output.height {
        let row = output + y &* geometry.output.rowBytes
        if let dilation {
            convolveDepthwiseRow(y, input, geometry, dilation: dilation, weights: weights, scale, to: row)
        } else {
            convolveDepthwiseRow(y, input, geometry, weights: weights, scale, to: row)
        }
        y = y &+ 1
    }
    board_end()
    bench.report(name, products: bytes &* taps, output, bytes)
}

/// Four taps at stride 2, as BlurPool has them: two lines below and on the right, one above and on the left.
private func mirrored(_ bench: inout Bench) {
    bench.start()
    let size = MapSize(height: 15, width: 17, channels: 22)
    let window = SlidingWindow(4, stride: 2, padding: 1)
    let geometry = ConvolutionGeometry(
        input: size, output: outputSize(size, window, nil, below: 2, channels: size.channels), window: window, zero: 7)
    let input = MapRows(bench.numbers(size.height &* size.rowBytes), size)
    let weights = bench.numbers(16 &* size.channels)
    let scale = bench.scale(size.channels, depth: 16)
    let bytes = geometry.output.height &* geometry.output.rowBytes
    let output = bench.bytes(bytes)
    board_begin()
    for y in 0..<geometry.output.height {
        filterMirroredRow(
            y, input, geometry, weights: weights, scale, to: output + y &* geometry.output.rowBytes)
    }
    board_end()
    bench.report("mirrored4x4-22-15x17-s2", products: bytes &* 16, output, bytes)
}

private func linear(_ bench: inout Bench) {
    bench.start()
    let (inputs, outputs) = (643, 11)
    let input = bench.numbers(inputs)
    let weights = bench.numbers(inputs &* outputs)
    let scale = bench.scale(outputs, depth: inputs)
    let output = bench.bytes(outputs)
    board_begin()
    multiply(input, inputs: inputs, zero: 12, weights: weights, outputs: outputs, scale, to: output)
    board_end()
    bench.report("linear-643-11", products: inputs &* outputs, output, outputs)
}
