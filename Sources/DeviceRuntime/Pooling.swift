import CDSP

/// The part of a window over output pixel (x, y) that lies on the map.
struct WindowOnMap {
    let top: Int
    let bottom: Int
    let left: Int
    let right: Int

    @inline(__always)
    init(x: Int, y: Int, _ size: MapSize, _ window: SlidingWindow) {
        let (row, column) = (y &* window.verticalStride &- window.top, x &* window.horizontalStride &- window.left)
        top = larger(0, row)
        bottom = smaller(size.height, row &+ window.height)
        left = larger(0, column)
        right = smaller(size.width, column &+ window.width)
    }

    @inline(__always)
    var count: Int { (bottom &- top) &* (right &- left) }
}

/// One row of a max pooling: exact. Padding never wins.
@inline(never)
public func maxPoolRow(
    _ y: Int, _ input: MapRows, _ size: MapSize, _ window: SlidingWindow, width: Int,
    to output: UnsafeMutablePointer<Int8>
) {
    let channels = size.channels
    var x = 0
    while x < width {
        let part = WindowOnMap(x: x, y: y, size, window)
        let target = output + x &* channels
        var channel = 0
        while channel < channels {
            target[channel] = -128
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
                    if source[channel] > target[channel] { target[channel] = source[channel] }
                    channel = channel &+ 1
                }
                column = column &+ 1
            }
            row = row &+ 1
        }
        x = x &+ 1
    }
}

/// Quotient rounded to the nearest, halves away from zero; the divisor is above 0.
@inline(__always)
func roundedQuotient(_ value: Int32, _ divisor: Int32) -> Int32 {
    let half = divisor &>> 1
    // Never above int32's range, so that the division cannot trap.
    return value > 0 ? (value &+ half) / divisor : (value &- half) / divisor
}

/// One row of an average pooling whose output has the input's scale and zero point.
///
/// - Parameters:
///   - paddingValue: nil where padding does not count (LiteRT's reference, bit for bit); the zero point where it counts as zeros.
///   - sums: `channels` int32 of working memory.
@inline(never)
public func averagePoolRow(
    _ y: Int, _ input: MapRows, _ size: MapSize, _ window: SlidingWindow, width: Int, countsPadding: Bool, zero: Int32,
    sums: UnsafeMutablePointer<Int32>, to output: UnsafeMutablePointer<Int8>
) {
    let channels = size.channels
    let area = window.height &* window.width
    var x = 0
    while x < width {
        let part = WindowOnMap(x: x, y: y, size, window)
        let count = countsPadding ? area : part.count
        let padding = countsPadding ? Int32(truncatingIfNeeded: area &- part.count) &* zero : 0
        var channel = 0
        while channel < channels {
            sums[channel] = padding
            channel = channel &+ 1
        }
        addWindow(input, part, channels, to: sums)
        channel = 0
        while channel < channels {
            let mean = roundedQuotient(sums[channel], Int32(truncatingIfNeeded: larger(1, count)))
            output[x &* channels &+ channel] = Int8(truncatingIfNeeded: cdsp_saturate8(mean))
            channel = channel &+ 1
        }
        x = x &+ 1
    }
}

@inline(__always)
private func addWindow(_ input: MapRows, _ part: WindowOnMap, _ channels: Int, to sums: UnsafeMutablePointer<Int32>) {
    var row = part.top
    while row < part.bottom {
        let line = input[row]
        var column = part.left
        while column < part.right {
            let source = line + column &* channels
            var channel = 0
            while channel < channels {
                sums[channel] = sums[channel] &+ Int32(source[channel])
                channel = channel &+ 1
            }
            column = column &+ 1
        }
        row = row &+ 1
    }
}

/// One row's part of a global mean; the last row's writes it. Off by at most half a step of the output, and 1/64 of one for the
/// multiplier's own rounding.
///
/// - Parameters:
///   - scale: input scale / (output scale · height · width).
///   - sums: `channels` int32 that live from the first row to the last.
@inline(never)
public func globalAverageRow(
    _ y: Int, _ input: UnsafePointer<Int8>, _ size: MapSize, zero: Int32, _ scale: ScaledOutput,
    sums: UnsafeMutablePointer<Int32>, to output: UnsafeMutablePointer<Int8>
) {
    let channels = size.channels
    if y == 0 {
        var channel = 0
        while channel < channels {
            sums[channel] = 0 &- zero &* Int32(truncatingIfNeeded: size.height &* size.width)
            channel = channel &+ 1
        }
    }
    var x = 0
    while x < size.width {
        let source = input + x &* channels
        var channel = 0
        while channel < channels {
            sums[channel] = sums[channel] &+ Int32(source[channel])
            channel = channel &+ 1
        }
        x = x &+ 1
    }
    guard y == size.height &- 1 else { return }
    var channel = 0
    while channel < channels {
        output[channel] = scale(sums[channel])
        channel = channel &+ 1
    }
}
