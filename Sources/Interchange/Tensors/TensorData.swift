#if _endian(big)
    #error("TensorData keeps little-endian bytes in memory: big-endian machines are not supported")
#endif

/// A tensor outside any framework: element type, shape, and the elements as little-endian bytes in row-major order.
///
/// `bytes.count` always equals the product of `shape` times `type.byteCount`; the initialisers see to it. A shape of
/// `[]` is a scalar, which has one element.
///
///     let weight = try TensorData([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
///     weight.type            // .float32
///     try weight.doubles()   // [1, 2, 3, 4, 5, 6]
public struct TensorData: Sendable, Equatable {
    /// The type of the elements.
    public let type: ElementType
    /// The sides, outermost first.
    public let shape: [Int]
    /// The elements, little endian, row-major.
    public let bytes: [UInt8]

    /// The number of elements: the product of `shape`.
    public var count: Int { bytes.count / type.byteCount }

    /// Takes bytes as they are.
    ///
    /// - Throws: `InterchangeError` if the bytes are not as many as `type` and `shape` need.
    public init(type: ElementType, shape: [Int], bytes: [UInt8]) throws {
        guard type.byteCount(shape: shape) == bytes.count else {
            throw TensorData.mismatch(type: type, shape: shape, given: "\(bytes.count) bytes")
        }
        self.init(uncheckedType: type, shape: shape, bytes: bytes)
    }

    /// Allocates the bytes and lets `fill` write all of them, which saves a copy.
    ///
    /// - Parameter fill: is given exactly as many bytes as `type` and `shape` need, not initialised: it has to write
    ///   every one of them.
    /// - Throws: `InterchangeError` if the shape is impossible, and whatever `fill` throws.
    public init(
        type: ElementType, shape: [Int], filledBy fill: (UnsafeMutableRawBufferPointer) throws -> Void
    ) throws {
        guard let byteCount = type.byteCount(shape: shape) else {
            throw TensorData.mismatch(type: type, shape: shape, given: "this machine's memory")
        }
        let bytes = try [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            try fill(UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<byteCount]))
            count = byteCount
        }
        self.init(uncheckedType: type, shape: shape, bytes: bytes)
    }

    /// The same elements under another shape.
    ///
    /// - Throws: `InterchangeError` if the shape has another number of elements.
    public func reshaped(to shape: [Int]) throws -> TensorData {
        guard type.byteCount(shape: shape) == bytes.count else {
            throw TensorData.mismatch(type: type, shape: shape, given: "\(count) elements")
        }
        return TensorData(uncheckedType: type, shape: shape, bytes: bytes)
    }

    /// Takes over what has already been checked.
    init(uncheckedType type: ElementType, shape: [Int], bytes: [UInt8]) {
        self.type = type
        self.shape = shape
        self.bytes = bytes
    }

    static func mismatch(type: ElementType, shape: [Int], given: String) -> InterchangeError {
        InterchangeError("a tensor of type \(type.rawValue) and shape \(shape) cannot be made of \(given)")
    }
}
