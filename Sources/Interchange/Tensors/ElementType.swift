/// The type of a tensor's elements; raw values are the names that safetensors files use.
public enum ElementType: String, Sendable, Codable, CaseIterable {
    /// IEEE 754 double precision.
    case float64 = "F64"
    /// IEEE 754 single precision.
    case float32 = "F32"
    /// IEEE 754 half precision.
    case float16 = "F16"
    /// The upper 16 bits of a single-precision number.
    case bfloat16 = "BF16"
    /// Signed 64-bit integers.
    case int64 = "I64"
    /// Signed 32-bit integers.
    case int32 = "I32"
    /// Signed 16-bit integers.
    case int16 = "I16"
    /// Signed bytes.
    case int8 = "I8"
    /// Unsigned bytes.
    case uint8 = "U8"
    /// Truth values, one byte each: zero is false, all else true.
    case bool = "BOOL"

    /// The bytes that one element takes.
    public var byteCount: Int {
        switch self {
        case .float64, .int64: 8
        case .float32, .int32: 4
        case .float16, .bfloat16, .int16: 2
        case .int8, .uint8, .bool: 1
        }
    }

    /// Whether elements are floating-point numbers.
    public var isFloatingPoint: Bool {
        switch self {
        case .float64, .float32, .float16, .bfloat16: true
        case .int64, .int32, .int16, .int8, .uint8, .bool: false
        }
    }

    /// The bytes that a tensor of this type and `shape` takes, or nil if a side is negative or a product overflows.
    ///
    /// Sides of 0 do not hide the others: where this answers, the product of any of the sides is a number.
    public func byteCount(shape: [Int]) -> Int? {
        var total = byteCount
        for side in shape where side != 0 {
            let (product, overflow) = total.multipliedReportingOverflow(by: side)
            guard side > 0, !overflow else { return nil }
            total = product
        }
        return shape.contains(0) ? 0 : total
    }
}
