import Foundation

extension TensorData {
    /// The elements of an ONNX tensor.
    ///
    /// - Throws: `UnsupportedProblem` where they are elsewhere or of a type that weights do not have, `FileProblem` where they are not as
    ///   many as the shape says.
    init(_ tensor: ONNXTensorProto) throws {
        guard tensor.dataLocation == .default else {
            throw UnsupportedProblem("its tensor “\(tensor.name)” lies in another file: save the model as one file")
        }
        guard let type = Self.types[tensor.dataType] else {
            throw UnsupportedProblem(
                "its tensor “\(tensor.name)” has the element type \(tensor.dataType), which no weights have")
        }
        let shape = tensor.dims.map { Int($0) }
        guard let byteCount = type.byteCount(shape: shape) else {
            throw FileProblem("its tensor “\(tensor.name)” has an impossible shape, \(shape)")
        }
        let bytes = tensor.rawData.isEmpty ? Self.listed(tensor, type) : [UInt8](tensor.rawData)
        guard bytes.count == byteCount else {
            throw FileProblem(
                "its tensor “\(tensor.name)” of shape \(shape) needs \(byteCount) bytes and has \(bytes.count)")
        }
        self.init(uncheckedType: type, shape: shape, bytes: bytes)
    }

    private static let types: [ONNXTensorProto.DataType: ElementType] = [
        .float: .float32, .double: .float64, .float16: .float16, .bfloat16: .bfloat16, .int64: .int64, .int32: .int32,
        .int8: .int8,
        .uint8: .uint8, .bool: .bool,
    ]

    /// Elements that stand in the list of their type. Types of 32 bits and fewer share one.
    private static func listed(_ tensor: ONNXTensorProto, _ type: ElementType) -> [UInt8] {
        func bytes<Value: BitwiseCopyable>(_ values: [Value]) -> [UInt8] { values.withUnsafeBytes { Array($0) } }
        switch type {
        case .float32: return bytes(tensor.floatData)
        case .float64: return bytes(tensor.doubleData)
        case .int64: return bytes(tensor.int64Data)
        case .int32: return bytes(tensor.int32Data)
        case .float16, .bfloat16, .int16: return bytes(tensor.int32Data.map { UInt16(truncatingIfNeeded: $0) })
        case .int8, .uint8, .bool: return bytes(tensor.int32Data.map { UInt8(truncatingIfNeeded: $0) })
        }
    }
}
