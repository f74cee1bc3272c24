/// A positive real factor as kernels apply it: multiplier · 2^(shift − 31).
///
/// LiteRT's `QuantizeMultiplier`: the multiplier has 31 significant bits, rounded; what would be shifted out of 32 bits is 0.
public struct FixedPointScale: Sendable, Hashable {
    /// 2³⁰ up to 2³¹ − 1, or 0; of a mean that is divided as LiteRT does it, 2²⁹ or more.
    public let multiplier: Int32
    /// Positive to the left, negative to the right.
    public let shift: Int32

    /// The closest to a real number.
    public init(_ real: Double) {
        guard real > 0, real.isNormal else {
            (multiplier, shift) = (0, 0)
            return
        }
        var (fixed, exponent) = ((real.significand * 1_073_741_824).rounded(), Int(real.exponent) + 1)
        if fixed == 2_147_483_648 {
            fixed = 1_073_741_824
            exponent += 1
        }
        guard exponent >= -30 else {
            (multiplier, shift) = (0, 0)
            return
        }
        // Nothing that passes the checks of a program comes near this limit.
        (multiplier, shift) = (Int32(fixed), Int32(min(exponent, 30)))
    }

    /// A real number over a count, as LiteRT's means have it: the multiplier is divided in whole numbers, rounded down, with all the bits that
    /// fit in front of it.
    public init(_ real: Double, over count: Int) {
        let whole = FixedPointScale(real)
        let count = max(1, count)
        let bits = min(Int.bitWidth - 1 - count.leadingZeroBitCount, 32, 31 + Int(whole.shift))
        let shift = Int(whole.shift) - bits
        guard bits >= 0, shift >= -30, whole.multiplier > 0 else {
            // What goes 31 bits to the right is 0, for sums stay below 2³⁰.
            (multiplier, self.shift) = (0, 0)
            return
        }
        multiplier = Int32(truncatingIfNeeded: (Int(whole.multiplier) << bits) / count)
        self.shift = Int32(shift)
    }

    /// The scale whose multiplier is so much larger; nil where that has not 31 bits.
    func moved(by distance: Int) -> FixedPointScale? {
        let moved = Int(multiplier) + distance
        guard (1 << 30..<1 << 31).contains(moved) || distance == 0 else { return nil }
        return FixedPointScale(multiplier: Int32(truncatingIfNeeded: moved), shift: shift)
    }

    private init(multiplier: Int32, shift: Int32) { (self.multiplier, self.shift) = (multiplier, shift) }
}
