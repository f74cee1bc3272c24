import CDSP

/// The weights of a window pooling: a smaller map that counts as if upsampled (nearest) to the pooled one.
public struct PoolingWeights {
    public let rows: MapRows
    /// For each row of the pooled map its row of weights, and for each column its column.
    public let rowOf: UnsafePointer<UInt16>
    public let columnOf: UnsafePointer<UInt16>
    /// Added to a weight's int8; the sum is 0 or more, and proportional to the weight.
    public let offset: Int32

    @inline(__always)
    public init(
        _ rows: MapRows, rowOf: UnsafePointer<UInt16>, columnOf: UnsafePointer<UInt16>, offset: Int32
    ) {
        self.rows = rows
        self.rowOf = rowOf
        self.columnOf = columnOf
        self.offset = offset
    }
}

/// One row of the paper's exponential soft-max pooling, window normalised: Y = Σ X·W / Σ W over the part of the window that
/// lies on the map, W > 0. The output has the input's scale and zero point, and is off by at most half a step from the exact quotient
/// of its int8 operands.
///
/// Chen et al., *Self-Attentive Pooling for Efficient Deep Learning* (WACV 2023), section 3; also the last step of
/// local-importance pooling (Gao et al., 2019).
///
/// - Parameter sums: 2 · `channels` int32 of working memory.
@inline(never)
public func poolNormalisedRow(
    _ y: Int, _ input: MapRows, _ size: MapSize, _ weights: PoolingWeights, _ window: SlidingWindow, width: Int,
    zero: Int32, sums: UnsafeMutablePointer<Int32>, to output: UnsafeMutablePointer<Int8>
) {
    poolNormalised(y, input, size, weights, window, .none, width: width, zero: zero, sums: sums, to: output)
}

/// The same for windows with gaps.
@inline(never)
public func poolNormalisedRow(
    _ y: Int, _ input: MapRows, _ size: MapSize, _ weights: PoolingWeights, _ window: SlidingWindow, dilation: Dilation,
    width: Int, zero: Int32, sums: UnsafeMutablePointer<Int32>, to output: UnsafeMutablePointer<Int8>
) {
    poolNormalised(y, input, size, weights, window, dilation, width: width, zero: zero, sums: sums, to: output)
}

@inline(__always)
private func poolNormalised(
    _ y: Int, _ input: MapRows, _ size: MapSize, _ weights: PoolingWeights, _ window: SlidingWindow,
    _ dilation: Dilation, width: Int, zero: Int32, sums: UnsafeMutablePointer<Int32>,
    to output: UnsafeMutablePointer<Int8>
) {
    let channels = size.channels
    let totals = sums + channels
    var x = 0
    while x < width {
        weigh(x, y, input, size, weights, window, dilation, zero: zero, sums: sums, totals: totals)
        var channel = 0
        while channel < channels {
            // Where all weights vanish in int8 the map's own zero is the least surprising answer.
            let total = totals[channel] > 0 ? totals[channel] : 1
            let mean = roundedQuotient(sums[channel], total) &+ zero
            output[x &* channels &+ channel] = Int8(truncatingIfNeeded: cdsp_saturate8(mean))
            channel = channel &+ 1
        }
        x = x &+ 1
    }
}

/// One row of the un-normalised form of the authors' code: Y = Σ X·W / window area, padding counted as zeros. Off by at most half a
/// step of the output, and 1/64 of one for the multiplier's own rounding.
///
/// - Parameters:
///   - scale: input scale · weight scale / (output scale · window area).
///   - sums: `channels` int32 of working memory.
@inline(never)
public func poolWeightedRow(
    _ y: Int, _ input: MapRows, _ size: MapSize, _ weights: PoolingWeights, _ window: SlidingWindow, width: Int,
    zero: Int32, _ scale: ScaledOutput, sums: UnsafeMutablePointer<Int32>, to output: UnsafeMutablePointer<Int8>
) {
    poolWeighted(y, input, size, weights, window, .none, width: width, zero: zero, scale, sums: sums, to: output)
}

/// The same for windows with gaps.
@inline(never)
public func poolWeightedRow(
    _ y: Int, _ input: MapRows, _ size: MapSize, _ weights: PoolingWeights, _ window: SlidingWindow, dilation: Dilation,
    width: Int, zero: Int32, _ scale: ScaledOutput, sums: UnsafeMutablePointer<Int32>,
    to output: UnsafeMutablePointer<Int8>
) {
    poolWeighted(y, input, size, weights, window, dilation, width: width, zero: zero, scale, sums: sums, to: output)
}

@inline(__always)
private func poolWeighted(
    _ y: Int, _ input: MapRows, _ size: MapSize, _ weights: PoolingWeights, _ window: SlidingWindow,
    _ dilation: Dilation, width: Int, zero: Int32, _ scale: ScaledOutput, sums: UnsafeMutablePointer<Int32>,
    to output: UnsafeMutablePointer<Int8>
) {
    let channels = size.channels
    var x = 0
    while x < width {
        weigh(x, y, input, size, weights, window, dilation, zero: zero, sums: sums, totals: nil)
        var channel = 0
        while channel < channels {
            output[x &* channels &+ channel] = scale(sums[channel])
            channel = channel &+ 1
        }
        x = x &+ 1
    }
}

/// Weighted sums of one window and, where asked for, sums of the weights.
@inline(__always)
private func weigh(
    _ x: Int, _ y: Int, _ input: MapRows, _ size: MapSize, _ weights: PoolingWeights, _ window: SlidingWindow,
    _ dilation: Dilation, zero: Int32, sums: UnsafeMutablePointer<Int32>, totals: UnsafeMutablePointer<Int32>?
) {
    let channels = size.channels
    let part = WindowOnMap(x: x, y: y, size, window, dilation)
    var channel = 0
    while channel < channels {
        sums[channel] = 0
        if let totals { totals[channel] = 0 }
        channel = channel &+ 1
    }
    var row = part.top
    while row < part.bottom {
        let (line, logits) = (input[row], weights.rows[Int(weights.rowOf[row])])
        var column = part.left
        while column < part.right {
            let source = line + column &* channels
            let factors = logits + Int(weights.columnOf[column]) &* channels
            channel = 0
            while channel < channels {
                let weight = Int32(factors[channel]) &+ weights.offset
                sums[channel] = sums[channel] &+ (Int32(source[channel]) &- zero) &* weight
                if let totals { totals[channel] = totals[channel] &+ weight }
                channel = channel &+ 1
            }
            column = column &+ part.step.horizontal
        }
        row = row &+ part.step.vertical
    }
}
