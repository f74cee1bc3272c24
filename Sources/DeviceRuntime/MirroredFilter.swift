/// The line of a map that a line on it or beside it shows, where the map is mirrored at its outermost lines, which
/// are not repeated: as often as it takes where the map is small.
@inline(__always)
private func mirrored(_ line: Int, _ count: Int) -> Int {
    guard count > 1 else { return 0 }
    var place = line
    while place < 0 || place >= count { place = place < 0 ? 0 &- place : 2 &* (count &- 1) &- place }
    return place
}

/// One row of a filter for each channel over a map with mirrored borders: a depthwise convolution
/// (`convolveDepthwiseRow`) whose padding shows the map. Sums are exact, and become int8 as those of a convolution
/// do. Weights are `[kernel height][kernel width][channels]`.
///
/// Zhang, *Making Convolutional Networks Shift-Invariant Again* (ICML 2019), blurs so.
@inline(never)
public func filterMirroredRow(
    _ y: Int, _ input: MapRows, _ geometry: ConvolutionGeometry, weights: UnsafePointer<Int8>, _ scale: Requantisation,
    to output: UnsafeMutablePointer<Int8>
) {
    let channels = geometry.input.channels
    let row = MirroredRow(y: y, input: input, geometry: geometry, weights: weights)
    var x = 0
    while x < geometry.output.width {
        let target = output + x &* channels
        var channel = 0
        while channel &+ 4 <= channels {
            let sums = row.four(x, channel, UnsafeRawPointer(scale.bias + channel).loadUnaligned(as: SIMD4<Int32>.self))
            var index = 0
            while index < 4 {
                target[channel &+ index] = scale.int8(scale[channel &+ index](sums[index]))
                index = index &+ 1
            }
            channel = channel &+ 4
        }
        while channel < channels {
            target[channel] = scale.int8(scale[channel](row.one(x, channel, scale.bias[channel])))
            channel = channel &+ 1
        }
        x = x &+ 1
    }
    scale.limit(output, geometry.output.rowBytes)
}

private struct MirroredRow {
    let y: Int
    let input: MapRows
    let geometry: ConvolutionGeometry
    let weights: UnsafePointer<Int8>

    /// The sum of one channel of output pixel `x`, on top of a bias.
    @inline(__always)
    func one(_ x: Int, _ channel: Int, _ bias: Int32) -> Int32 {
        let (size, window) = (geometry.input, geometry.window)
        let (top, left) = (y &* window.verticalStride &- window.top, x &* window.horizontalStride &- window.left)
        var sum = bias
        var weight = weights + channel
        var line = 0
        while line < window.height {
            let source = input[mirrored(top &+ line, size.height)] + channel
            var column = 0
            while column < window.width {
                let value = Int32(source[mirrored(left &+ column, size.width) &* size.channels]) &- geometry.zero
                sum = sum &+ value &* Int32(weight[0])
                weight += size.channels
                column = column &+ 1
            }
            line = line &+ 1
        }
        return sum
    }

    /// The sums of four channels side by side.
    @inline(__always)
    func four(_ x: Int, _ channel: Int, _ bias: SIMD4<Int32>) -> SIMD4<Int32> {
        let (size, window) = (geometry.input, geometry.window)
        let (top, left) = (y &* window.verticalStride &- window.top, x &* window.horizontalStride &- window.left)
        let zero = SIMD4<Int32>(repeating: geometry.zero)
        var sums = bias
        var weight = UnsafeRawPointer(weights + channel)
        var line = 0
        while line < window.height {
            let source = UnsafeRawPointer(input[mirrored(top &+ line, size.height)] + channel)
            var column = 0
            while column < window.width {
                let pixel = mirrored(left &+ column, size.width) &* size.channels
                let value = SIMD4<Int32>(
                    truncatingIfNeeded: source.loadUnaligned(fromByteOffset: pixel, as: SIMD4<Int8>.self))
                let factor = SIMD4<Int32>(truncatingIfNeeded: weight.loadUnaligned(as: SIMD4<Int8>.self))
                sums = sums &+ (value &- zero) &* factor
                weight += size.channels
                column = column &+ 1
            }
            line = line &+ 1
        }
        return sums
    }
}
