/// The whole-number arithmetic that LiteRT 2.3.0's reference kernels make of a byte: multipliers of 31 bits, rounded twice.
///
/// Source: tflite/kernels/internal/common.h and quantization_util.cc of LiteRT (f674577). Tables of models are made by it, on the host; devices
/// only look them up.
enum ReferenceArithmetic {
    /// A factor as multiplier · 2^(shift − 31), as `QuantizeMultiplier` makes it: rounded half away from 0, and 0 below 2⁻³¹.
    struct Multiplier {
        let multiplier: Int64
        let shift: Int

        init(_ real: Double) {
            guard real != 0, real.isFinite else {
                (multiplier, shift) = (0, 0)
                return
            }
            var exponent = Int(real.exponent) + 1
            let fraction = (real.sign == .minus ? -1 : 1) * real.significand / 2
            var fixed = Int64((fraction * 2_147_483_648).rounded(.toNearestOrAwayFromZero))
            if fixed == 1 << 31 || fixed == -(1 << 31) {
                fixed /= 2
                exponent += 1
            }
            (multiplier, shift) = exponent < -31 ? (0, 0) : (fixed, min(exponent, 31))
        }

        /// A multiplier of single precision.
        init(_ real: Float) { self.init(Double(real)) }

        /// `MultiplyByQuantizedMultiplier`: the product, rounded to 31 bits and again where bits are shifted out.
        func callAsFunction(_ value: Int64) -> Int64 {
            let shifted = Int64(Int32(truncatingIfNeeded: value << Int64(max(shift, 0))))
            return ReferenceArithmetic.shiftedRight(
                ReferenceArithmetic.high(shifted, multiplier), by: max(-shift, 0))
        }
    }

    /// The upper half of twice a product, rounded: `SaturatingRoundingDoublingHighMul`.
    static func high(_ a: Int64, _ b: Int64) -> Int64 {
        if a == Int64(Int32.min), b == Int64(Int32.min) { return Int64(Int32.max) }
        let product = a * b
        return (product + (product >= 0 ? 1 << 30 : 1 - 1 << 30)) / (1 << 31)
    }

    /// The same of 16 bits.
    static func high16(_ a: Int64, _ b: Int64) -> Int64 {
        if a == -32_768, b == -32_768 { return 32_767 }
        let product = a * b
        return (product + (product >= 0 ? 1 << 14 : 1 - 1 << 14)) / (1 << 15)
    }

    /// A division by a power of two, half away from 0: `RoundingDivideByPOT`.
    static func shiftedRight(_ value: Int64, by bits: Int) -> Int64 {
        guard bits > 0 else { return value }
        guard bits < 32 else { return 0 }
        let mask: Int64 = 1 << Int64(bits) - 1
        let threshold = mask >> 1 + (value < 0 ? 1 : 0)
        return value >> Int64(bits) + (value & mask > threshold ? 1 : 0)
    }

    static func clamped(_ value: Int64) -> Int8 { Int8(max(-128, min(127, value))) }

    /// A real number as a whole one, half away from 0, kept within 32 bits as x86 does it: what is beyond becomes −2³¹.
    static func whole(_ value: Float) -> Int64 {
        let rounded = value.rounded(.toNearestOrAwayFromZero)
        guard rounded >= -2_147_483_648, rounded < 2_147_483_648 else { return Int64(Int32.min) }
        return Int64(rounded)
    }
}
