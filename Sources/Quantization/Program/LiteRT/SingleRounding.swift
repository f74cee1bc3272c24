/// A layer's factor in whole numbers that gives the bytes of LiteRT's reference, which multiplies sums by a real number of double precision
/// and rounds once.
///
/// Both are monotone in the sum. So they agree on all sums where for every output byte the least sum that reaches it is the same; that is
/// looked at one by one. The multiplier next to the real number is one of several that do, mostly; where it is not one, its neighbours are
/// tried: a sum of 5 times 0.1 is a half for LiteRT, and has to be one here. Of 0.7 there is none, for 5 · 0.7 is a half in double precision and
/// 45 · 0.7 falls short of one; trained models have no such factors.
package struct SingleRounding {
    /// The real factor.
    let real: Double
    /// The output's zero point.
    let zero: Int
    /// The largest magnitude of a sum.
    let most: Int

    /// How far multipliers are tried.
    private static let neighbours = 16

    /// A layer's factor, its output's zero point, and what its sums stay within.
    package init(real: Double, zero: Int, most: Int) {
        (self.real, self.zero, self.most) = (real, zero, most)
    }

    /// The factor in whole numbers; nil where none gives all bytes.
    package var scale: FixedPointScale? {
        let nearest = FixedPointScale(real)
        for distance in 0...Self.neighbours {
            for candidate in [nearest.moved(by: distance), nearest.moved(by: -distance)] {
                if let candidate, isExact(candidate) { return candidate }
            }
        }
        return nil
    }

    /// What LiteRT makes of a sum, halves away from zero.
    package func reference(_ sum: Int) -> Double { (Double(sum) * real).rounded() }

    /// What `multiplyRoundingOnce` makes of it.
    package static func kernel(_ sum: Int, _ scale: FixedPointScale) -> Double {
        let (right, product) = (31 - Int(scale.shift), sum * Int(scale.multiplier))
        return Double((product + 1 << (right - 1) + product >> 63) >> right)
    }

    /// Whether a scale gives LiteRT's byte for every sum.
    package func isExact(_ scale: FixedPointScale) -> Bool {
        (-127...127).allSatisfy { byte in
            let step = Double(byte - zero)
            // The least sum that reaches the byte is this one or next to it.
            let guess = Int(max(Double(-most), min(Double(most), ((step - 0.5) / real).rounded(.up))))
            let sums = max(-most, guess - 2)...min(most, guess + 2)
            return sums.allSatisfy { (reference($0) >= step) == (Self.kernel($0, scale) >= step) }
                && (sums.lowerBound == -most || reference(sums.lowerBound) < step)
                && (sums.upperBound == most || reference(sums.upperBound) >= step)
        }
    }
}
