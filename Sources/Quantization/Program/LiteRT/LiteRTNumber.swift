import Foundation

/// Steps of the fixed-point arithmetic that LiteRT's reference kernels are made of (`gemmlowp`), for numbers that are computed once: tables.
enum LiteRTNumber {
    /// a · b / 2³¹, halves up: `SaturatingRoundingDoublingHighMul` without the one product that saturates.
    static func highProduct(_ a: Int, _ b: Int) -> Int { (a * b + 1 << 30) >> 31 }

    /// x / 2^places, halves away from zero: `RoundingDivideByPOT`.
    static func shifted(_ x: Int, _ places: Int) -> Int {
        guard places > 0 else { return x }
        let half = 1 << (places - 1)
        return x >= 0 ? (x + half) >> places : -((half - x) >> places)
    }

    /// x · scale with both roundings: `MultiplyByQuantizedMultiplier`. Like kernels, it takes |x| · 2^shift below 2³⁰.
    static func scaled(_ x: Int, _ scale: FixedPointScale) -> Int {
        let (multiplier, shift) = (Int(scale.multiplier), Int(scale.shift))
        return shifted(highProduct(x << max(0, shift), multiplier), max(0, -shift))
    }

    /// Kept within int8.
    static func int8(_ x: Int) -> Int8 { Int8(max(-128, min(127, x))) }
}
