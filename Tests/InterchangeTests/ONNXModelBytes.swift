import Foundation

/// Bytes of ONNX models, made field by field: what an exporter writes, and what none would.
struct ONNXModelBytes {
    /// The version of the operators; nil leaves it out.
    var operatorSet: Int64? = 17
    var nodes: [[UInt8]] = []
    var constants: [[UInt8]] = []
    var image: [Int64] = [1, 3, 8, 8]
    var output = "y"
    var properties: [String: String] = [:]

    var bytes: [UInt8] {
        var graph = nodes.flatMap { Self.field(1, $0) } + Self.field(2, "g")
        graph += constants.flatMap { Self.field(5, $0) }
        graph += Self.field(11, Self.field(1, "x") + Self.field(2, Self.type(image)))
        graph += Self.field(12, Self.field(1, output) + Self.field(2, Self.type([1])))
        var model = Self.field(1, 8) + Self.field(7, graph)
        if let operatorSet { model += Self.field(8, Self.field(2, operatorSet)) }
        for (key, value) in properties { model += Self.field(14, Self.field(1, key) + Self.field(2, value)) }
        return model
    }

    /// A node with its inputs, results and attributes.
    static func node(
        _ type: String, _ inputs: [String], _ outputs: [String], _ attributes: [[UInt8]] = [], name: String = "",
        domain: String = ""
    ) -> [UInt8] {
        inputs.flatMap { field(1, $0) } + outputs.flatMap { field(2, $0) } + field(3, name) + field(4, type)
            + attributes.flatMap { field(5, $0) } + field(7, domain)
    }

    static func integer(_ name: String, _ value: Int64) -> [UInt8] {
        field(1, name) + field(3, value) + field(20, 2)
    }

    static func integers(_ name: String, _ values: [Int64]) -> [UInt8] {
        field(1, name) + values.flatMap { field(8, $0) } + field(20, 7)
    }

    static func tensor(_ name: String, _ tensor: [UInt8]) -> [UInt8] { field(1, name) + field(5, tensor) + field(20, 4) }

    /// Single-precision numbers, which need not be as many as the shape says.
    static func floats(_ name: String, _ shape: [Int64], _ values: [Float]) -> [UInt8] {
        constant(name, shape, type: 1, values.withUnsafeBytes { Array($0) })
    }

    static func whole(_ name: String, _ values: [Int64]) -> [UInt8] {
        constant(name, [Int64(values.count)], type: 7, values.withUnsafeBytes { Array($0) })
    }

    static func constant(_ name: String, _ shape: [Int64], type: Int64, _ data: [UInt8]) -> [UInt8] {
        shape.flatMap { field(1, $0) } + field(2, type) + field(8, name) + field(9, data)
    }

    private static func type(_ shape: [Int64]) -> [UInt8] {
        field(1, field(1, 1) + field(2, shape.flatMap { field(1, field(1, $0)) }))
    }

    // MARK: - protobuf

    private static func varint(_ value: UInt64) -> [UInt8] {
        var (left, bytes) = (value, [UInt8]())
        while left >= 0x80 {
            bytes.append(UInt8(left & 0x7F) | 0x80)
            left >>= 7
        }
        return bytes + [UInt8(left)]
    }

    static func field(_ number: UInt64, _ value: Int64) -> [UInt8] {
        varint(number << 3) + varint(UInt64(bitPattern: value))
    }

    static func field(_ number: UInt64, _ bytes: [UInt8]) -> [UInt8] {
        varint(number << 3 | 2) + varint(UInt64(bytes.count)) + bytes
    }

    static func field(_ number: UInt64, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }
}
