import CDSP

/// From int32 sums to int8: sum · multiplier · 2^(shift − 31) + zero, with the two roundings of LiteRT's reference kernels
/// (`MultiplyByQuantizedMultiplier`: the doubled product's upper half rounds halves up, the shift to the right rounds them away from
/// zero).
///
/// Whoever makes the numbers sees to it that |sum| · 2^max(shift, 0) stays below 2³⁰; then all cores give LiteRT's bits.
public struct Multiplier {
    private let parts: CDSPMultiplier

    /// A Q31 multiplier (2³⁰ up to 2³¹ − 1, or 0) and LiteRT's shift: positive to the left, negative to the right.
    @inline(__always)
    public init(_ multiplier: Int32, shift: Int32) { parts = cdsp_multiplier(multiplier, shift) }

    @inline(__always)
    public func callAsFunction(_ sum: Int32) -> Int32 { cdsp_scale(parts, sum) }
}

/// How sums of each output channel become int8: tables of one entry a channel, and the output's range.
public struct Requantisation {
    /// Added before scaling.
    public let bias: UnsafePointer<Int32>
    public let multipliers: UnsafePointer<Int32>
    public let shifts: UnsafePointer<Int32>
    /// The output's zero point.
    public let zero: Int32
    /// The least and the greatest output, both within int8: an activation that is no more than a limit.
    public let low: Int32
    public let high: Int32

    @inline(__always)
    public init(
        bias: UnsafePointer<Int32>, multipliers: UnsafePointer<Int32>, shifts: UnsafePointer<Int32>, zero: Int32,
        low: Int32 = -128, high: Int32 = 127
    ) {
        self.bias = bias
        self.multipliers = multipliers
        self.shifts = shifts
        self.zero = zero
        self.low = low
        self.high = high
    }

    @inline(__always)
    subscript(channel: Int) -> Multiplier { Multiplier(multipliers[channel], shift: shifts[channel]) }

    /// sum · multiplier · 2^(shift − 31), rounded once, halves away from zero.
    @inline(__always)
    func once(_ channel: Int, _ sum: Int32) -> Int32 {
        let right = Int64(truncatingIfNeeded: 31 &- shifts[channel])
        let product = Int64(sum) &* Int64(multipliers[channel])
        // Below zero just under a half is added, so that the shift, which rounds down, takes halves down too.
        let half = (1 &<< (right &- 1)) &+ (product &>> 63)
        return Int32(truncatingIfNeeded: (product &+ half) &>> right)
    }

    @inline(__always)
    func int8(_ scaled: Int32) -> Int8 { Int8(truncatingIfNeeded: cdsp_saturate8(scaled &+ zero)) }

    /// Applies the limits to a finished row: one pass that most rows, whose limits are int8's own, do without.
    @inline(__always)
    func limit(_ row: UnsafeMutablePointer<Int8>, _ count: Int) {
        if low > -128 || high < 127 { limitRow(row, count, low, high) }
    }
}

@inline(never)
func limitRow(_ row: UnsafeMutablePointer<Int8>, _ count: Int, _ low: Int32, _ high: Int32) {
    var index = 0
    while index < count {
        let value = Int32(row[index])
        row[index] = Int8(truncatingIfNeeded: value < low ? low : value > high ? high : value)
        index = index &+ 1
    }
}
