/// Whether a linear layer's whole-number arithmetic gives the bytes of LiteRT's reference, which multiplies sums by a real number of double
/// precision and rounds once.
///
/// Both are monotone in the sum. So they agree on all sums where for every output byte the least sum that reaches it is the same; that is
/// looked at one by one.
struct SingleRounding {
    /// The real factor.
    let real: Double
    let scale: FixedPointScale

    /// What LiteRT makes of a sum, halves away from zero.
    func reference(_ sum: Int) -> Double { (Double(sum) * real).rounded() }

    /// What `multiplyRoundingOnce` makes of it.
    func kernel(_ sum: Int) -> Double {
        let (right, product) = (31 - Int(scale.shift), sum * Int(scale.multiplier))
        return Double((product + 1 << (right - 1) + product >> 63) >> right)
    }

    /// - Parameter zero: the output's zero point.
    func isExact(zero: Int) -> Bool {
        // Kernels take sums below 2³⁰ alone, after they are shifted to the left.
        let most = (1 << 30) >> max(0, Int(scale.shift)) - 1
        for byte in -127...127 {
            let step = Double(byte - zero)
            // Off by one at most.
            let guess = Int(max(Double(-most), min(Double(most), ((step - 0.5) / real).rounded(.up))))
            let sums = max(-most, guess - 2)...min(most, guess + 2)
            guard sums.allSatisfy({ (reference($0) >= step) == (kernel($0) >= step) }),
                sums.lowerBound == -most || reference(sums.lowerBound) < step,
                sums.upperBound == most || reference(sums.upperBound) >= step
            else { return false }
        }
        return true
    }
}
