import CDSP

/// The part of a window over output pixel (x, y) that lies on the map.
struct WindowOnMap {
    let top: Int
    let bottom: Int
    let left: Int
    let right: Int
    /// From one row of it to the next, and from one column to the next.
    let step: Dilation

    @inline(__always)
    init(x: Int, y: Int, _ size: MapSize, _ window: SlidingWindow, _ dilation: Dilation) {
        let (row, column) = (y &* window.verticalStride &- window.top, x &* window.horizontalStride &- window.left)
        top = row &+ firstTap(row, dilation.vertical) &* dilation.vertical
        bottom = smaller(size.height, row &+ (window.height &- 1) &* dilation.vertical &+ 1)
        left = column &+ firstTap(column, dilation.horizontal) &* dilation.horizontal
        right = smaller(size.width, column &+ (window.width &- 1) &* dilation.horizontal &+ 1)
        step = dilation
    }

    @inline(__always)
    var count: Int { quotientUp(bottom &- top, step.vertical) &* quotientUp(right &- left, step.horizontal) }
}

/// One row of a max pooling: exact. Padding never wins.
@inline(never)
public func maxPoolRow(
    _ y: Int, _ input: MapRows, _ size: MapSize, _ window: SlidingWindow, width: Int,
    to output: UnsafeMutablePointer<Int8>
) {
    maxPool(y, input, size, window, .none, width: width, to: output)
}

/// The same for windows with gaps.
@inline(never)
public func maxPoolRow(
    _ y: Int, _ input: MapRows, _ size: MapSize, _ window: SlidingWindow, dilation: Dilation, width: Int,
    to output: UnsafeMutablePointer<Int8>
) {
    maxPool(y, input, size, window, dilation, width: width, to: output)
}

@inline(__always)
private func maxPool(
    _ y: Int, _ input: MapRows, _ size: MapSize, _ window: SlidingWindow, _ dilation: Dilation, width: Int,
    to output: UnsafeMutablePointer<Int8>
) {
    let channels = size.channels
    var x = 0
    while x < width {
        let part = WindowOnMap(x: x, y: y, size, window, dilation)
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
                column = column &+ part.step.horizontal
            }
            row = row &+ part.step.vertical
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
///   - countsPadding: whether padding counts as zeros. Where it does not count this is LiteRT's reference, bit for bit.
///   - sums: `channels` int32 of working memory.
@inline(never)
public func averagePoolRow(
    _ y: Int, _ input: MapRows, _ size: MapSize, _ window: SlidingWindow, width: Int, countsPadding: Bool, zero: Int32,
    sums: UnsafeMutablePointer<Int32>, to output: UnsafeMutablePointer<Int8>
) {
    averagePool(
        y, input, size, window, .none, width: width, countsPadding: countsPadding, zero: zero, sums: sums, to: output)
}

/// The same for windows with gaps.
@inline(never)
public func averagePoolRow(
    _ y: Int, _ input: MapRows, _ size: MapSize, _ window: SlidingWindow, dilation: Dilation, width: Int,
    countsPadding: Bool, zero: Int32, sums: UnsafeMutablePointer<Int32>, to output: UnsafeMutablePointer<Int8>
) {
    averagePool(
        y, input, size, window, dilation, width: width, countsPadding: countsPadding, zero: zero, sums: sums,
        to: output)
}

@inline(__always)
private func averagePool(
    _ y: Int, _ input: MapRows, _ size: MapSize, _ window: SlidingWindow, _ dilation: Dilation, width: Int,
    countsPadding: Bool, zero: Int32, sums: UnsafeMutablePointer<Int32>, to output: UnsafeMutablePointer<Int8>
) {
    let channels = size.channels
    let area = window.height &* window.width
    var x = 0
    while x < width {
        let part = WindowOnMap(x: x, y: y, size, window, dilation)
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
            column = column &+ part.step.horizontal
        }
        row = row &+ part.step.vertical
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

/// One row's part of a global maximum; the last row's writes it. Exact.
///
/// - Parameter maxima: `channels` int8 that live from the first row to the last.
@inline(never)
public func globalMaxRow(
    _ y: Int, _ input: UnsafePointer<Int8>, _ size: MapSize, maxima: UnsafeMutablePointer<Int8>,
    to output: UnsafeMutablePointer<Int8>
) {
    let channels = size.channels
    var channel = 0
    if y == 0 {
        while channel < channels {
            maxima[channel] = -128
            channel = channel &+ 1
        }
    }
    var x = 0
    while x < size.width {
        let source = input + x &* channels
        channel = 0
        while channel < channels {
            if source[channel] > maxima[channel] { maxima[channel] = source[channel] }
            channel = channel &+ 1
        }
        x = x &+ 1
    }
    guard y == size.height &- 1 else { return }
    channel = 0
    while channel < channels {
        output[channel] = maxima[channel]
        channel = channel &+ 1
    }
}
