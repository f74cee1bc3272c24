import Foundation

extension TensorData {
    /// The elements of an ONNX tensor.
    ///
    /// - Parameter external: what reads elements that lie in another file; nil where none may.
    /// - Throws: `UnsupportedProblem` where they are elsewhere or of a type that weights do not have, `FileProblem` where they are not as
    ///   many as the shape says.
    init(_ tensor: ONNXTensorProto, external: ONNXExternalData? = nil) throws {
        guard let type = Self.types[tensor.dataType] else {
            throw UnsupportedProblem(
                "its tensor \(tensor.name.quoted) has the element type \(tensor.dataType.name), which no weights have")
        }
        let filled = tensor.filledFields
        guard filled.count < 2 else {
            throw FileProblem(
                "its tensor \(tensor.name.quoted) has elements in \(filled.joined(separator: " and in ")), of which one alone can be meant"
            )
        }
        let shape = tensor.dims.map { Int($0) }
        guard let byteCount = type.byteCount(shape: shape) else {
            throw FileProblem("its tensor \(tensor.name.quoted) has an impossible shape, \(shape.shortened)")
        }
        guard tensor.dataLocation == .default else {
            guard filled.isEmpty, let external else {
                throw UnsupportedProblem(
                    "its tensor \(tensor.name.quoted) lies in another file: save the model as one file")
            }
            let bytes = try external.bytes(of: tensor, count: byteCount)
            self.init(uncheckedType: type, shape: shape, bytes: bytes)
            return
        }
        let bytes = tensor.rawData.isEmpty ? Self.listed(tensor, type) : [UInt8](tensor.rawData)
        guard bytes.count == byteCount else {
            throw FileProblem(
                "its tensor \(tensor.name.quoted) of shape \(shape.shortened) needs \(byteCount) bytes and has \(bytes.count)"
            )
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

extension ONNXTensorProto {
    /// The fields that hold elements, as the standard calls them. Where there are two, other readers take one or the other.
    fileprivate var filledFields: [String] {
        var fields: [String] = []
        if !rawData.isEmpty { fields.append("raw_data") }
        if !floatData.isEmpty { fields.append("float_data") }
        if !doubleData.isEmpty { fields.append("double_data") }
        if !int32Data.isEmpty { fields.append("int32_data") }
        if !int64Data.isEmpty { fields.append("int64_data") }
        if unknownFields.has(6) { fields.append("string_data") }
        if unknownFields.has(11) { fields.append("uint64_data") }
        return fields
    }
}

extension ONNXTensorProto.DataType {
    /// As the standard calls it.
    var name: String {
        switch self {
        case .undefined: "UNDEFINED"
        case .float: "FLOAT"
        case .uint8: "UINT8"
        case .int8: "INT8"
        case .int32: "INT32"
        case .int64: "INT64"
        case .bool: "BOOL"
        case .float16: "FLOAT16"
        case .double: "DOUBLE"
        case .bfloat16: "BFLOAT16"
        case .UNRECOGNIZED(let number): Self.otherNames[number] ?? "number \(number)"
        }
    }

    /// Types that no tensor here has.
    private static let otherNames = [
        4: "UINT16", 5: "INT16", 8: "STRING", 12: "UINT32", 13: "UINT64", 14: "COMPLEX64", 15: "COMPLEX128",
        17: "FLOAT8E4M3FN", 18: "FLOAT8E4M3FNUZ", 19: "FLOAT8E5M2", 20: "FLOAT8E5M2FNUZ", 21: "UINT4", 22: "INT4",
        23: "FLOAT4E2M1",
    ]
}
