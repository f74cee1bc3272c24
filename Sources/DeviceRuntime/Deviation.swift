import CDSP

/// One row of the deviation of each window, sqrt(mean(x²) − mean(x)²), as Gaussian pooling uses it (Kobayashi, 2019); padding
/// counts as zeros. Off by at most half a step of the output, and what a tenth of a step of the input, over the window's area, makes.
///
/// - Parameters:
///   - scale: input scale / (256 · output scale · window area).
///   - sums: 2 · `channels` int32 of working memory.
@inline(never)
public func deviationRow(
    _ y: Int, _ input: MapRows, _ size: MapSize, _ window: SlidingWindow, width: Int, zero: Int32,
    _ scale: ScaledOutput, sums: UnsafeMutablePointer<Int32>, to output: UnsafeMutablePointer<Int8>
) {
    deviate(y, input, size, window, .none, width: width, zero: zero, scale, sums: sums, to: output)
}

/// The same for windows with gaps.
@inline(never)
public func deviationRow(
    _ y: Int, _ input: MapRows, _ size: MapSize, _ window: SlidingWindow, dilation: Dilation, width: Int, zero: Int32,
    _ scale: ScaledOutput, sums: UnsafeMutablePointer<Int32>, to output: UnsafeMutablePointer<Int8>
) {
    deviate(y, input, size, window, dilation, width: width, zero: zero, scale, sums: sums, to: output)
}

@inline(__always)
private func deviate(
    _ y: Int, _ input: MapRows, _ size: MapSize, _ window: SlidingWindow, _ dilation: Dilation, width: Int,
    zero: Int32, _ scale: ScaledOutput, sums: UnsafeMutablePointer<Int32>, to output: UnsafeMutablePointer<Int8>
) {
    let channels = size.channels
    let area = Int32(truncatingIfNeeded: window.height &* window.width)
    let squares = sums + channels
    var x = 0
    while x < width {
        let part = WindowOnMap(x: x, y: y, size, window, dilation)
        var channel = 0
        while channel < channels {
            sums[channel] = 0
            squares[channel] = 0
            channel = channel &+ 1
        }
        var row = part.top
        while row < part.bottom {
            let line = input[row]
            var column = part.left
            while column < part.right {
                let source = line + column &* channels
                channel = 0
                while channel < channels {
                    let value = Int32(source[channel]) &- zero
                    sums[channel] = sums[channel] &+ value
                    squares[channel] = squares[channel] &+ value &* value
                    channel = channel &+ 1
                }
                column = column &+ part.step.horizontal
            }
            row = row &+ part.step.vertical
        }
        channel = 0
        while channel < channels {
            let spread = area &* squares[channel] &- sums[channel] &* sums[channel]
            output[x &* channels &+ channel] = scale(root(UInt32(bitPattern: spread)))
            channel = channel &+ 1
        }
        x = x &+ 1
    }
}

/// √x in 1/256: the whole root bit by bit, the rest along the chord to the next one.
@inline(__always)
func root(_ x: UInt32) -> Int32 {
    var (rest, result, bit) = (x, UInt32(0), UInt32(1) &<< 30)
    while bit > 0 {
        if rest >= result &+ bit {
            rest = rest &- (result &+ bit)
            result = (result &>> 1) &+ bit
        } else {
            result = result &>> 1
        }
        bit = bit &>> 2
    }
    let fraction = (rest &<< 8) / (2 &* result &+ 1)
    return Int32(truncatingIfNeeded: (result &<< 8) &+ fraction)
}
