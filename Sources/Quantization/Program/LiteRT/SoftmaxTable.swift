import Foundation

/// The exponentials of a softmax over int8 numbers: e^(−scale · d) for d from 0 to 255, in 1/2³¹, as LiteRT's reference computes each of
/// them anew (gemmlowp's `exp_on_negative_values` with five bits in front of the point).
package struct SoftmaxTable {
    /// What comes out of every softmax: shares in 1/256.
    static let output = AffineQuantization(scale: 1.0 / 256, zeroPoint: -128)

    /// Sums of so many exponentials stay within 31 bits.
    static let mostChannels = 4095

    package let exponentials: [Int32]

    /// - Parameter scale: of the numbers.
    /// - Returns: nil where the scale is too small for 26 bits behind the point.
    package init?(scale: Double) {
        let steps = min(scale * 67_108_864, 2_147_483_647)
        guard steps > 1 else { return nil }
        let fixed = FixedPointScale(steps)
        // `FixedPointScale` ends at 30 bits to the left, and here there may be 31.
        let (multiplier, left) =
            steps < 1_073_741_824 ? (Int(fixed.multiplier), Int(fixed.shift)) : (Int(steps.rounded()), 31)
        let reach = (31 << 26) >> left
        exponentials = (0..<256).map { distance in
            guard distance <= reach else { return 0 }
            return Int32(Self.exponential(LiteRTNumber.highProduct(-distance << left, multiplier)))
        }
    }

    /// e^a in 1/2³¹ of a number below 0 or 0, with 26 bits behind the point.
    private static func exponential(_ a: Int) -> Int {
        guard a < 0 else { return 2_147_483_647 }
        // A rest of −¼ … 0 by its series around −⅛, then factors for the bits above it.
        let rest = (a & 0xFF_FFFF) - 0x100_0000
        let x = rest * 32 + 1 << 28
        let square = LiteRTNumber.highProduct(x, x)
        let (cube, fourth) = (LiteRTNumber.highProduct(square, x), LiteRTNumber.highProduct(square, square))
        let third = LiteRTNumber.highProduct(LiteRTNumber.shifted(fourth, 2) + cube, 715_827_883)
        let eighth = 1_895_147_668
        var result = eighth + LiteRTNumber.highProduct(eighth, x + LiteRTNumber.shifted(third + square, 1))
        for (bit, factor) in factors.enumerated() where (rest - a) >> (24 + bit) & 1 == 1 {
            result = LiteRTNumber.highProduct(result, factor)
        }
        return result
    }

    /// e^−¼, e^−½, e^−1 … e^−16, in 1/2³¹.
    private static let factors = [1_672_461_947, 1_302_514_674, 790_015_084, 290_630_308, 39_332_535, 720_401, 242]
}
