/// The type of a tensor's elements. Raw values are those of libtorch's `c10::ScalarType`.
public enum ScalarType: Int32, Sendable, CaseIterable {
    case uint8 = 0
    case int8 = 1
    case int16 = 2
    case int32 = 3
    case int64 = 4
    case float16 = 5
    case float32 = 6
    case float64 = 7
    case bool = 11
    case bfloat16 = 15

    /// Bytes an element takes.
    public var byteCount: Int {
        switch self {
        case .uint8, .int8, .bool: 1
        case .int16, .float16, .bfloat16: 2
        case .int32, .float32: 4
        case .int64, .float64: 8
        }
    }

    /// Whether gradients can flow through elements of this type.
    public var isFloatingPoint: Bool {
        switch self {
        case .float16, .float32, .float64, .bfloat16: true
        default: false
        }
    }
}

/// A Swift type that can be a tensor's element.
public protocol TensorElement: Sendable, BitwiseCopyable {
    /// The libtorch type with the same memory layout.
    static var scalarType: ScalarType { get }
}

extension Float: TensorElement { public static var scalarType: ScalarType { .float32 } }
extension Double: TensorElement { public static var scalarType: ScalarType { .float64 } }
extension UInt8: TensorElement { public static var scalarType: ScalarType { .uint8 } }
extension Int8: TensorElement { public static var scalarType: ScalarType { .int8 } }
extension Int32: TensorElement { public static var scalarType: ScalarType { .int32 } }
extension Int64: TensorElement { public static var scalarType: ScalarType { .int64 } }

/// How a four-dimensional tensor `[B, C, H, W]` lies in memory. Raw values are those of `c10::MemoryFormat`.
public enum MemoryFormat: Int, Sendable {
    /// Row-major: W varies fastest.
    case contiguous = 0

    /// NHWC: C varies fastest. On CPUs about twice as fast for convolutions.
    case channelsLast = 2
}
