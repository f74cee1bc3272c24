import DeviceRuntime
import Foundation

/// Made-up int8 numbers, the same for the same seed.
func madeUp(_ count: Int, seed: UInt64, in range: ClosedRange<Int> = -128...127) -> [Int8] {
    var state = seed
    return (0..<count).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int8(range.lowerBound + Int(state >> 33) % range.count)
    }
}

/// LiteRT's QuantizeMultiplier: a real number as a Q31 multiplier and a shift to the left.
func fixedPoint(_ real: Double) -> (multiplier: Int32, shift: Int32) {
    var (fraction, exponent) = (real.significand / 2, Int32(real.exponent) + 1)
    var fixed = (fraction * 2_147_483_648).rounded()
    if fixed == 2_147_483_648 {
        fraction = 0.5
        fixed = fraction * 2_147_483_648
        exponent += 1
    }
    return (Int32(fixed), exponent)
}

func scaledOutput(_ real: Double, zero: Int32) -> ScaledOutput {
    let (multiplier, shift) = fixedPoint(real)
    return ScaledOutput(multiplier: multiplier, shift: shift, zero: zero)
}

/// A real number in int8 steps around a zero point, kept within int8's range but not rounded.
func clamped(_ steps: Double, zero: Int32 = 0) -> Double { min(127, max(-128, steps + Double(zero))) }
