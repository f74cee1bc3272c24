/// A positive real factor as kernels apply it: multiplier · 2^(shift − 31).
///
/// LiteRT's `QuantizeMultiplier`: the multiplier has 31 significant bits, rounded; what would be shifted out of 32 bits is 0.
public struct FixedPointScale: Sendable, Hashable {
    /// 2³⁰ up to 2³¹ − 1, or 0.
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
}
