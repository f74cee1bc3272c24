/// Bytes of ONNX models, made field by field: what an exporter writes, and what none would.
struct ONNXModelBytes {
    /// The version of the operators; nil leaves it out.
    var operatorSet: Int64? = 17
    var nodes: [[UInt8]] = []
    var constants: [[UInt8]] = []
    var image: [Int64] = [1, 3, 8, 8]
    /// Whether the batch has a name in place of a number.
    var hasOpenBatch = false
    /// 1 for real numbers, 2 and 3 for uint8 and int8.
    var inputType: Int64 = 1
    var output = "y"
    /// Outputs after the first.
    var furtherOutputs: [String] = []
    /// Versions of the operators that are stated after the first.
    var furtherSets: [Int64] = []
    /// Numbers of fields that hold an empty message, of the graph and of the model.
    var graphFields: [UInt64] = []
    var modelFields: [UInt64] = []
    var properties: [String: String] = [:]

    var bytes: [UInt8] {
        var graph = Self.fields(1, nodes)
        graph += Self.text(2, "g")
        graph += Self.fields(5, constants)
        graph += Self.message(11, Self.join(Self.text(1, "x"), Self.message(2, inputShape)))
        graph += Self.message(12, Self.join(Self.text(1, output), Self.message(2, Self.type([1]))))
        for name in furtherOutputs {
            graph += Self.message(12, Self.join(Self.text(1, name), Self.message(2, Self.type([1]))))
        }
        for field in graphFields { graph += Self.message(field, []) }
        var model = Self.join(Self.number(1, 8), Self.message(7, graph))
        for version in [operatorSet].compactMap({ $0 }) + furtherSets {
            model += Self.message(8, Self.number(2, version))
        }
        for field in modelFields { model += Self.message(field, []) }
        for (key, value) in properties { model += Self.message(14, Self.join(Self.text(1, key), Self.text(2, value))) }
        return model
    }

    /// A node with its inputs, results and attributes.
    static func node(
        _ type: String, _ inputs: [String], _ outputs: [String], _ attributes: [[UInt8]] = [], name: String = "",
        domain: String = ""
    ) -> [UInt8] {
        join(
            inputs.flatMap { text(1, $0) }, outputs.flatMap { text(2, $0) }, text(3, name), text(4, type),
            fields(5, attributes), text(7, domain))
    }

    /// - Parameter type: 2 for what it is; others are lies.
    static func integer(_ name: String, _ value: Int64, type: Int64 = 2) -> [UInt8] {
        join(text(1, name), number(3, value), number(20, type))
    }

    static func float(_ name: String, _ value: Float) -> [UInt8] {
        join(text(1, name), [2 << 3 | 5], withUnsafeBytes(of: value) { Array($0) }, number(20, 1))
    }

    static func string(_ name: String, _ value: String) -> [UInt8] {
        join(text(1, name), text(4, value), number(20, 3))
    }

    static func integers(_ name: String, _ values: [Int64]) -> [UInt8] {
        join(text(1, name), values.flatMap { number(8, $0) }, number(20, 7))
    }

    static func tensor(_ name: String, _ tensor: [UInt8]) -> [UInt8] {
        join(text(1, name), message(5, tensor), number(20, 4))
    }

    /// Single-precision numbers, which need not be as many as the shape says.
    static func floats(_ name: String, _ shape: [Int64], _ values: [Float]) -> [UInt8] {
        constant(name, shape, type: 1, values.withUnsafeBytes { Array($0) })
    }

    static func whole(_ name: String, _ values: [Int64]) -> [UInt8] {
        constant(name, [Int64(values.count)], type: 7, values.withUnsafeBytes { Array($0) })
    }

    /// - Parameter lists: what further fields hold, by their numbers: 4 are floats, 5, 7 and 11 whole numbers, 10 doubles.
    static func constant(
        _ name: String, _ shape: [Int64], type: Int64, _ data: [UInt8], lists: KeyValuePairs<UInt64, [UInt8]> = [:]
    ) -> [UInt8] {
        join(
            shape.flatMap { number(1, $0) }, number(2, type), lists.flatMap { message($0.key, $0.value) },
            text(8, name), data.isEmpty ? [] : message(9, data))
    }

    /// Single-precision numbers in another file.
    static func external(_ name: String, _ shape: [Int64], _ entries: [(String, String)]) -> [UInt8] {
        join(
            shape.flatMap { number(1, $0) }, number(2, 1), text(8, name),
            entries.flatMap { message(13, join(text(1, $0.0), text(2, $0.1))) }, number(14, 1))
    }

    private var inputShape: [UInt8] {
        let sides = image.enumerated().flatMap { index, side in
            Self.message(1, index == 0 && hasOpenBatch ? Self.text(2, "N") : Self.number(1, side))
        }
        return Self.message(1, Self.join(Self.number(1, inputType), Self.message(2, sides)))
    }

    private static func type(_ shape: [Int64]) -> [UInt8] {
        let sides = shape.flatMap { message(1, number(1, $0)) }
        return message(1, join(number(1, 1), message(2, sides)))
    }

    // MARK: - protobuf

    private static func join(_ parts: [UInt8]...) -> [UInt8] { parts.flatMap { $0 } }

    private static func varint(_ value: UInt64) -> [UInt8] {
        var left = value
        var bytes: [UInt8] = []
        while left >= 0x80 {
            bytes.append(UInt8(left & 0x7F) | 0x80)
            left >>= 7
        }
        bytes.append(UInt8(left))
        return bytes
    }

    private static func number(_ field: UInt64, _ value: Int64) -> [UInt8] {
        join(varint(field << 3), varint(UInt64(bitPattern: value)))
    }

    private static func message(_ field: UInt64, _ bytes: [UInt8]) -> [UInt8] {
        join(varint(field << 3 | 2), varint(UInt64(bytes.count)), bytes)
    }

    private static func text(_ field: UInt64, _ text: String) -> [UInt8] { message(field, Array(text.utf8)) }

    private static func fields(_ field: UInt64, _ messages: [[UInt8]]) -> [UInt8] {
        messages.flatMap { message(field, $0) }
    }
}
