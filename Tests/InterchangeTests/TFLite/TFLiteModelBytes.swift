/// Bytes of `.tflite` files, made field by field: what a converter writes, and what none would.
///
/// Numbers of fields and codes are written out here as the schema has them, so that the reader's own are compared with them.
struct TFLiteModelBytes: Sendable {
    struct Tensor: Sendable {
        var name = ""
        var shape: [Int32] = []
        /// The schema's number: 0 float32, 1 float16, 2 int32, 3 uint8, 4 int64, 9 int8.
        var type: UInt8 = 9
        /// A constant's bytes.
        var data: [UInt8]?
        var scales: [Float] = []
        var zeroPoints: [Int64] = []
        var axis: Int32 = 0
        var signature: [Int32]?
        /// Fields that replace or join the ones above.
        var fields: [Int: FlatValue] = [:]
    }

    struct Operator: Sendable {
        var code: Int32
        var inputs: [Int32]
        var outputs: [Int32]
        var optionsType: UInt8 = 0
        var options: [Int: FlatValue] = [:]
        var custom: String?
        var fields: [Int: FlatValue] = [:]
    }

    var tensors: [Tensor]
    var operators: [Operator]
    var inputs: [Int32] = [0]
    var outputs: [Int32] = [1]
    var version: UInt32 = 3
    var identifier = "TFL3"
    /// How often the graph stands in the model.
    var graphs = 1
    var metadata: [(name: String, bytes: [UInt8])] = []
    /// What fields of `.shared` point at.
    var shared: [String: FlatValue] = [:]
    /// Fields of the model that replace or join the others.
    var fields: [Int: FlatValue] = [:]

    var bytes: [UInt8] {
        // The first buffer stands for none.
        var buffers: [[Int: FlatValue]] = [[:]]
        func buffer(_ bytes: [UInt8]) -> FlatValue {
            buffers.append([0: .ints(bytes)])
            return .int(UInt32(buffers.count - 1))
        }
        let tensorTables = tensors.map { tensor in
            var table: [Int: FlatValue] = [0: .ints(tensor.shape), 1: .int(tensor.type), 3: .text(tensor.name)]
            if let data = tensor.data { table[2] = buffer(data) }
            if !tensor.scales.isEmpty {
                table[4] = .table([
                    2: .floats(tensor.scales), 3: .ints(tensor.zeroPoints), 6: .int(tensor.axis),
                ])
            }
            if let signature = tensor.signature { table[7] = .ints(signature) }
            return table.merging(tensor.fields) { $1 }
        }
        // Every operator has a code of its own, although files say each once.
        let codes = operators.map { step -> [Int: FlatValue] in
            var table: [Int: FlatValue] = [0: .int(Int8(min(step.code, 127))), 3: .int(step.code)]
            if let custom = step.custom { table[1] = .text(custom) }
            return table
        }
        let steps = operators.enumerated().map { index, step -> [Int: FlatValue] in
            var table: [Int: FlatValue] = [
                0: .int(UInt32(index)), 1: .ints(step.inputs), 2: .ints(step.outputs),
            ]
            if step.optionsType != 0 {
                table[3] = .int(step.optionsType)
                table[4] = .table(step.options)
            }
            return table.merging(step.fields) { $1 }
        }
        let named = metadata.map { entry -> [Int: FlatValue] in [0: .text(entry.name), 1: buffer(entry.bytes)] }
        let graph: [Int: FlatValue] = [
            0: .tables(tensorTables), 1: .ints(inputs), 2: .ints(outputs), 3: .tables(steps),
        ]
        var model: [Int: FlatValue] = [
            0: .int(version), 1: .tables(codes), 2: .tables([[Int: FlatValue]](repeating: graph, count: graphs)),
            3: .text("by hand"), 4: .tables(buffers),
        ]
        if !named.isEmpty { model[6] = .tables(named) }
        return FlatWriter.file(model.merging(fields) { $1 }, identifier: identifier, shared: shared)
    }

    // MARK: - Models

    /// One operator that takes and gives one tensor of four numbers; constants are its further operands.
    static func single(
        _ code: Int32, optionsType: UInt8 = 0, options: [Int: FlatValue] = [:], constants: [Tensor] = []
    ) -> TFLiteModelBytes {
        let image = Tensor(name: "x", shape: [1, 2, 2, 1], scales: [0.5], zeroPoints: [-1])
        var result = image
        result.name = "y"
        let further = constants.indices.map { Int32($0 + 2) }
        return TFLiteModelBytes(
            tensors: [image, result] + constants,
            operators: [
                Operator(code: code, inputs: [0] + further, outputs: [1], optionsType: optionsType, options: options)
            ])
    }

    /// A convolution of 2 channels with a scale for each, a bias, and a stride over rows.
    static let convolution = TFLiteModelBytes(
        tensors: [
            Tensor(
                name: "x", shape: [1, 4, 4, 1], scales: [0.5], zeroPoints: [-1], signature: [-1, 4, 4, 1]),
            Tensor(name: "y", shape: [1, 2, 4, 2], scales: [0.25], zeroPoints: [3], signature: [-1, 2, 4, 2]),
            Tensor(
                name: "weights", shape: [2, 3, 3, 1], data: (0..<18).map { UInt8($0) }, scales: [0.125, 0.0625],
                zeroPoints: [0, 0]),
            Tensor(
                name: "bias", shape: [2], type: 2, data: numbers([5, -6] as [Int32]), scales: [0.0625, 0.03125],
                zeroPoints: [0, 0]),
        ],
        operators: [
            Operator(
                code: 3, inputs: [0, 2, 3], outputs: [1], optionsType: 1,
                options: [0: .int(UInt8(0)), 1: .int(Int32(1)), 2: .int(Int32(2)), 3: .int(UInt8(3))])
        ],
        metadata: [("min_runtime_version", Array("1.5.0".utf8))])

    static func numbers<Value: FixedWidthInteger>(_ values: [Value]) -> [UInt8] {
        values.flatMap { value in withUnsafeBytes(of: value.littleEndian) { Array($0) } }
    }

    static func list(_ values: [Int32], name: String = "list") -> Tensor {
        Tensor(name: name, shape: [Int32(values.count)], type: 2, data: numbers(values))
    }
}
