import CDSP

/// One row of a depthwise convolution, one output channel for each input channel: LiteRT's reference, bit for bit. Weights are
/// `[kernel height][kernel width][channels]`.
@inline(never)
public func convolveDepthwiseRow(
    _ y: Int, _ input: MapRows, _ geometry: ConvolutionGeometry, weights: UnsafePointer<Int8>, _ scale: Requantisation,
    to output: UnsafeMutablePointer<Int8>
) {
    let (size, window) = (geometry.input, geometry.window)
    let top = y &* window.verticalStride &- window.top
    // Rows of the window that lie on the map.
    let lines = (first: larger(0, 0 &- top), last: smaller(window.height, size.height &- top))
    let row = DepthwiseRow(
        input: input, geometry: geometry, weights: weights, scale: scale, output: output, top: top,
        firstLine: lines.first,
        lastLine: lines.last)
    var channel = 0
    if cdsp_unit() == CDSP_DUAL, window.height <= 7, window.width <= 7 {
        row.writeQuads(size.channels &>> 2)
        channel = size.channels & ~3
    } else {
        while channel &+ 8 <= size.channels {
            row.writeEight(channel, .none)
            channel = channel &+ 8
        }
    }
    while channel < size.channels {
        row.writeOne(channel, .none)
        channel = channel &+ 1
    }
    scale.limit(output, geometry.output.rowBytes)
}

/// The same for windows with gaps. A function of its own: firmware without such windows is not to carry it.
@inline(never)
public func convolveDepthwiseRow(
    _ y: Int, _ input: MapRows, _ geometry: ConvolutionGeometry, dilation: Dilation, weights: UnsafePointer<Int8>,
    _ scale: Requantisation, to output: UnsafeMutablePointer<Int8>
) {
    let (size, window) = (geometry.input, geometry.window)
    let top = y &* window.verticalStride &- window.top
    let row = DepthwiseRow(
        input: input, geometry: geometry, weights: weights, scale: scale, output: output, top: top,
        firstLine: firstTap(top, dilation.vertical),
        lastLine: smaller(window.height, quotientUp(size.height &- top, dilation.vertical)))
    var channel = 0
    while channel &+ 8 <= size.channels {
        row.writeEight(channel, dilation)
        channel = channel &+ 8
    }
    while channel < size.channels {
        row.writeOne(channel, dilation)
        channel = channel &+ 1
    }
    scale.limit(output, geometry.output.rowBytes)
}

struct DepthwiseRow {
    let input: MapRows
    let geometry: ConvolutionGeometry
    let weights: UnsafePointer<Int8>
    let scale: Requantisation
    let output: UnsafeMutablePointer<Int8>
    let top: Int
    let firstLine: Int
    let lastLine: Int

    /// Any window, one channel.
    @inline(__always)
    func writeOne(_ channel: Int, _ dilation: Dilation) {
        let (channels, window) = (geometry.input.channels, geometry.window)
        let multiplier = scale[channel]
        var x = 0
        while x < geometry.output.width {
            let left = x &* window.horizontalStride &- window.left
            let end = smaller(window.width, quotientUp(geometry.input.width &- left, dilation.horizontal))
            var sum = scale.bias[channel]
            var line = firstLine
            while line < lastLine {
                let source = input[top &+ line &* dilation.vertical] + (left &* channels &+ channel)
                let weight = weights + (line &* window.width &* channels &+ channel)
                var column = firstTap(left, dilation.horizontal)
                while column < end {
                    let value = Int32(source[column &* dilation.horizontal &* channels]) &- geometry.zero
                    sum = sum &+ value &* Int32(weight[column &* channels])
                    column = column &+ 1
                }
                line = line &+ 1
            }
            output[x &* channels &+ channel] = scale.int8(multiplier(sum))
            x = x &+ 1
        }
    }

    /// Any window, eight channels side by side in a vector.
    @inline(__always)
    func writeEight(_ channel: Int, _ dilation: Dilation) {
        let (channels, window) = (geometry.input.channels, geometry.window)
        let zero = SIMD8<Int32>(repeating: geometry.zero)
        let bias = UnsafeRawPointer(scale.bias + channel).loadUnaligned(as: SIMD8<Int32>.self)
        var x = 0
        while x < geometry.output.width {
            let left = x &* window.horizontalStride &- window.left
            let end = smaller(window.width, quotientUp(geometry.input.width &- left, dilation.horizontal))
            var sums = bias
            var line = firstLine
            while line < lastLine {
                let source = UnsafeRawPointer(input[top &+ line &* dilation.vertical] + (left &* channels &+ channel))
                let weight = UnsafeRawPointer(weights + (line &* window.width &* channels &+ channel))
                var column = firstTap(left, dilation.horizontal)
                while column < end {
                    let (tap, pixel) = (column &* channels, column &* dilation.horizontal &* channels)
                    let value = SIMD8<Int32>(
                        truncatingIfNeeded: source.loadUnaligned(fromByteOffset: pixel, as: SIMD8<Int8>.self))
                    let factor = SIMD8<Int32>(
                        truncatingIfNeeded: weight.loadUnaligned(fromByteOffset: tap, as: SIMD8<Int8>.self))
                    sums = sums &+ (value &- zero) &* factor
                    column = column &+ 1
                }
                line = line &+ 1
            }
            var index = 0
            while index < 8 {
                let entry = channel &+ index
                output[x &* channels &+ entry] = scale.int8(scale[entry](sums[index]))
                index = index &+ 1
            }
            x = x &+ 1
        }
    }
}
