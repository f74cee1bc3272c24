/// Widening of 16-bit floating-point numbers, in integer arithmetic: Swift has no `Float16` on Intel Macs.
enum HalfPrecision {
    /// The value of an IEEE 754 binary16 number given by its bits; exact, infinities and NaN included.
    static func float(float16 bits: UInt16) -> Float {
        let sign = UInt32(bits & 0x8000) << 16
        let magnitude = UInt32(bits & 0x7FFF)
        if magnitude >= 0x7C00 {
            return Float(bitPattern: sign | 0x7F80_0000 | (magnitude & 0x3FF) << 13)
        }
        if magnitude < 0x400 {
            // Subnormal halves are multiples of 2⁻²⁴, which single precision holds exactly.
            let value = Float(magnitude) * 0x1p-24
            return Float(bitPattern: sign | value.bitPattern)
        }
        // The exponent's bias grows from 15 to 127.
        return Float(bitPattern: sign | (magnitude << 13) + (112 << 23))
    }

    /// The value of a bfloat16 number given by its bits: the upper half of a single-precision number.
    static func float(bfloat16 bits: UInt16) -> Float {
        Float(bitPattern: UInt32(bits) << 16)
    }
}
