/// The type of a tensor's elements; raw values are the schema's (`TensorType`).
package enum TFLiteType: UInt8, Sendable, CaseIterable {
    case float32 = 0
    case float16 = 1
    case int32 = 2
    case uint8 = 3
    case int64 = 4
    case string = 5
    case bool = 6
    case int16 = 7
    case complex64 = 8
    case int8 = 9
    case float64 = 10
    case complex128 = 11
    case uint64 = 12
    case resource = 13
    case variant = 14
    case uint32 = 15
    case uint16 = 16
    case int4 = 17
    case bfloat16 = 18
    case int2 = 19
    case uint4 = 20
    case float8E4M3 = 21
    case float8E5M2 = 22

    /// What the schema calls it.
    package var name: String {
        switch self {
        case .float32: "FLOAT32"
        case .float16: "FLOAT16"
        case .int32: "INT32"
        case .uint8: "UINT8"
        case .int64: "INT64"
        case .string: "STRING"
        case .bool: "BOOL"
        case .int16: "INT16"
        case .complex64: "COMPLEX64"
        case .int8: "INT8"
        case .float64: "FLOAT64"
        case .complex128: "COMPLEX128"
        case .uint64: "UINT64"
        case .resource: "RESOURCE"
        case .variant: "VARIANT"
        case .uint32: "UINT32"
        case .uint16: "UINT16"
        case .int4: "INT4"
        case .bfloat16: "BFLOAT16"
        case .int2: "INT2"
        case .uint4: "UINT4"
        case .float8E4M3: "FLOAT8_E4M3FN"
        case .float8E5M2: "FLOAT8_E5M2"
        }
    }

    /// The bits that an element takes; nil for what is no number.
    package var bitCount: Int? {
        switch self {
        case .complex128: 128
        case .int64, .uint64, .float64, .complex64: 64
        case .float32, .int32, .uint32: 32
        case .float16, .bfloat16, .int16, .uint16: 16
        case .int8, .uint8, .bool, .float8E4M3, .float8E5M2: 8
        case .int4, .uint4: 4
        case .int2: 2
        case .string, .resource, .variant: nil
        }
    }

    /// The whole numbers that it can stand for, zero points among them; nil for what is not made of whole numbers. Zero points of wide types
    /// have 32 bits, as LiteRT reads them.
    package var zeroPoints: ClosedRange<Int64>? {
        switch self {
        case .int8: -128...127
        case .uint8: 0...255
        case .int16: -32768...32767
        case .uint16: 0...65535
        case .int4: -8...7
        case .uint4: 0...15
        case .int2: -2...1
        case .int32, .int64: Int64(Int32.min)...Int64(Int32.max)
        case .uint32, .uint64: 0...Int64(Int32.max)
        case .float32, .float16, .float64, .bfloat16, .float8E4M3, .float8E5M2, .complex64, .complex128, .bool,
            .string, .resource, .variant:
            nil
        }
    }

    /// The bytes that a tensor of this type takes, elements of less than a byte packed; nil if a side is not positive, the product overflows
    /// or elements are no numbers.
    package func byteCount(shape: [Int]) -> Int? {
        guard let bitCount else { return nil }
        var total = bitCount
        for side in shape {
            let (product, overflow) = total.multipliedReportingOverflow(by: side)
            guard side > 0, !overflow else { return nil }
            total = product
        }
        return total / 8 + (total % 8 == 0 ? 0 : 1)
    }
}
