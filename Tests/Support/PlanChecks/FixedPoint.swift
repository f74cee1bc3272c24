/// Rounds to the nearest int8 of value · scale, where scale = multiplier / 2^(31 + shift): a Q31 multiplier, as quantised kernels use.
struct Requantisation {
    let multiplier: Int32
    let shift: Int

    /// The closest to a scale of 2⁻³⁰ up to, not including, 1.
    init(scale: Double) {
        var (fraction, shift) = (scale, 0)
        while fraction < 0.5, shift < 30 {
            fraction *= 2
            shift += 1
        }
        multiplier = Int32(min(Double(Int32.max), (fraction * 2_147_483_648).rounded()))
        self.shift = shift
    }

    func callAsFunction(_ value: Int32) -> Int8 {
        let product = Int64(value) * Int64(multiplier)
        return Int8(clamping: (product + (1 << Int64(30 + shift))) >> Int64(31 + shift))
    }
}

/// Rounded quotient, halves away from zero.
func roundedQuotient(_ value: Int64, _ divisor: Int64) -> Int8 {
    let half = divisor / 2
    return Int8(clamping: (value >= 0 ? value + half : value - half) / divisor)
}

/// ⌊√x⌋.
func integerSquareRoot(_ x: Int64) -> Int64 {
    guard x > 0 else { return 0 }
    var root = Int64(Double(x).squareRoot())
    while root * root > x { root -= 1 }
    while (root + 1) * (root + 1) <= x { root += 1 }
    return root
}

/// int32 numbers in scratch memory of any alignment.
struct Accumulators {
    let memory: UnsafeMutableRawPointer

    subscript(index: Int) -> Int32 {
        get { memory.loadUnaligned(fromByteOffset: 4 * index, as: Int32.self) }
        nonmutating set { memory.storeBytes(of: newValue, toByteOffset: 4 * index, as: Int32.self) }
    }
}
