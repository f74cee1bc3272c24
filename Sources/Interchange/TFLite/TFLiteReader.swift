/// Makes a `TFLiteModel` of a file's bytes.
///
/// Everything that a file says is checked where it is read: `FileProblem` tells of what contradicts itself or the schema,
/// `UnsupportedProblem` of what is valid and not read.
struct TFLiteReader {
    let bytes: [UInt8]
    let buffer: FlatBuffer
    let root: FlatTable<TFLiteSchema.Model>
    let buffers: FlatTables<TFLiteSchema.Buffer>

    /// Whether bytes begin as `.tflite` files do.
    static func recognises(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 8 && bytes[4..<8].elementsEqual(TFLiteSchema.identifier.utf8)
    }

    init(_ bytes: [UInt8]) throws {
        self.bytes = bytes
        buffer = FlatBuffer(bytes, in: 0..<bytes.count)
        root = try buffer.root()
        buffers = try root.tables(.buffers)
    }

    func model() throws -> TFLiteModel {
        let version = try root.number(.version, default: UInt32(0))
        guard version == TFLiteSchema.version else {
            throw UnsupportedProblem("it has version \(version) of the schema, and 3 is read: convert it again")
        }
        let graph = try subgraph()
        let tables = try graph.tables(.tensors, TFLiteSchema.Tensor.self)
        let tensors = try tables.indices.map { try tensor($0, tables.table($0)) }
        let inputs = try indices(graph, .inputs, "inputs", tensors.count)
        let outputs = try indices(graph, .outputs, "outputs", tensors.count)
        guard !inputs.isEmpty, !outputs.isEmpty else { throw FileProblem("it has no inputs or no outputs") }
        let beside = try metadata(inputCount: inputs.count, outputCount: outputs.count)
        return TFLiteModel(
            tensors: tensors, operators: try operators(graph, tensors), inputs: inputs, outputs: outputs,
            description: try root.text(.description) ?? "", metadataNames: beside.names,
            annotations: beside.annotations, note: beside.note.map { bytes[$0] })
    }

    private func subgraph() throws -> FlatTable<TFLiteSchema.Subgraph> {
        let graphs = try root.tables(.subgraphs, TFLiteSchema.Subgraph.self)
        guard graphs.count > 0 else { throw FileProblem("it has no graph") }
        guard graphs.count == 1 else {
            throw UnsupportedProblem(
                "it has \(graphs.count) graphs, and models of one are read: convert it without conditions, loops and "
                    + "further signatures")
        }
        return try graphs.table(0)
    }

    private func indices(
        _ graph: FlatTable<TFLiteSchema.Subgraph>, _ field: TFLiteSchema.Subgraph, _ what: String, _ count: Int
    ) throws -> [Int] {
        try (graph.numbers(field, Int32.self) ?? []).map { stated in
            guard (0..<count).contains(Int(stated)) else {
                throw FileProblem("its \(what) name tensor \(stated), and there are \(count)")
            }
            return Int(stated)
        }
    }

    /// Where the bytes of a buffer lie in the file; nil where it has none.
    func data(ofBuffer index: UInt32) throws -> Range<Int>? {
        // The first stands for no buffer, and older converters write none at all then.
        guard index != 0 else { return nil }
        guard Int(index) < buffers.count else {
            throw FileProblem("its numbers lie in buffer \(index), and there are \(buffers.count)")
        }
        let table = try buffers.table(Int(index))
        let offset = try table.number(.offset, default: UInt64(0))
        // 0 and 1 are what converters leave there where data lies in the flatbuffer.
        guard offset > 1 else { return try table.bytes(.data).flatMap { $0.isEmpty ? nil : $0 } }
        let size = try table.number(.size, default: UInt64(0))
        let length = UInt64(bytes.count)
        guard offset <= length, size <= length - offset else {
            throw FileProblem("its buffer \(index) lies outside the file")
        }
        return size == 0 ? nil : Int(offset)..<Int(offset + size)
    }

    // MARK: - Tensors

    private func tensor(_ index: Int, _ table: FlatTable<TFLiteSchema.Tensor>) throws -> TFLiteModel.Tensor {
        let name = try locating("tensor \(index)") {
            let name = try table.text(.name) ?? ""
            try NameLimit.check(name)
            return name
        }
        return try locating(TFLiteModel.Tensor.place(index, name: name)) {
            try checkForm(table)
            let code = try table.number(.type, default: UInt8(0))
            guard let type = TFLiteType(rawValue: code) else {
                throw UnsupportedProblem("its type has the number \(code), which is not known")
            }
            let shape = try shape(table)
            guard type.bitCount != nil else {
                throw UnsupportedProblem("it holds \(type.name), and numbers are read")
            }
            guard let byteCount = type.byteCount(shape: shape) else {
                throw FileProblem("its shape \(shape.shortened) has more elements than can be counted")
            }
            let range = try data(ofBuffer: table.number(.buffer, default: UInt32(0)))
            if let range, range.count != byteCount {
                throw FileProblem(
                    "it holds \(range.count) bytes, and its shape \(shape.shortened) of \(type.name) takes \(byteCount)"
                )
            }
            return TFLiteModel.Tensor(
                name: name, shape: shape, type: type, quantization: try quantization(table, type, shape),
                data: range.map { bytes[$0] })
        }
    }

    /// Refuses tensors that are not plain rows of numbers in the file.
    private func checkForm(_ table: FlatTable<TFLiteSchema.Tensor>) throws {
        guard try !table.isTrue(.isVariable) else {
            throw UnsupportedProblem("it keeps its numbers from one run to the next (is_variable)")
        }
        guard try !table.has(.sparsity) else {
            throw UnsupportedProblem("it leaves out zeros (sparsity): convert the model without sparse tensors")
        }
        guard try table.number(.externalBuffer, default: UInt32(0)) == 0 else {
            throw UnsupportedProblem(
                "its numbers lie in another file (external_buffer): convert the model into one file")
        }
    }

    /// A batch of any size is a batch of 1.
    private func shape(_ table: FlatTable<TFLiteSchema.Tensor>) throws -> [Int] {
        var shape = try (table.numbers(.shape, Int32.self) ?? []).map { Int($0) }
        let signature = try table.numbers(.shapeSignature, Int32.self) ?? []
        let mostAxes = 8
        guard shape.count <= mostAxes else {
            throw UnsupportedProblem("it has \(shape.count) axes, and up to \(mostAxes) are read")
        }
        guard signature.isEmpty || signature.count == shape.count else {
            throw FileProblem(
                "its shape \(shape.shortened) and its shape_signature of \(signature.count) sides contradict each other"
            )
        }
        for axis in shape.indices {
            if shape[axis] == -1 || (!signature.isEmpty && signature[axis] == -1) {
                guard axis == 0 else {
                    throw UnsupportedProblem(
                        "its side \(axis) is open until the model runs: convert the model with a fixed size of images")
                }
                shape[axis] = 1
            }
            guard shape[axis] > 0 else {
                throw FileProblem("its shape \(shape.shortened) has a side that is not above 0")
            }
        }
        return shape
    }

    private func quantization(
        _ table: FlatTable<TFLiteSchema.Tensor>, _ type: TFLiteType, _ shape: [Int]
    ) throws -> TFLiteModel.Quantization? {
        // Converters leave the range that they have seen with tensors that are not quantised.
        guard let range = type.zeroPoints, let table = try table.table(.quantization, TFLiteSchema.Quantization.self)
        else { return nil }
        guard try table.number(.detailsType, default: UInt8(0)) == 0 else {
            throw UnsupportedProblem("it is quantised in blocks or in a way of its maker's")
        }
        guard let scales = try table.floats(.scale), !scales.isEmpty else { return nil }
        if let bad = scales.first(where: { !($0 > 0 && $0.isFinite) }) {
            throw FileProblem("its scale \(bad) is not above 0, or not finite")
        }
        var axis = 0
        if scales.count > 1 {
            axis = Int(try table.number(.dimension, default: Int32(0)))
            guard shape.indices.contains(axis), shape[axis] == scales.count else {
                throw FileProblem(
                    "it has \(scales.count) scales along axis \(axis), and its shape is \(shape.shortened)")
            }
        }
        let stated = try table.numbers(.zeroPoint, Int64.self) ?? []
        guard [0, 1, scales.count].contains(stated.count) else {
            throw FileProblem("it has \(scales.count) scales and \(stated.count) zero points")
        }
        let zeroPoints = try stated.map { point in
            guard range.contains(point), let value = Int32(exactly: point) else {
                throw FileProblem("its zero point \(point) is no \(type.name)")
            }
            return value
        }
        return TFLiteModel.Quantization(
            scales: scales,
            zeroPoints: zeroPoints.count == scales.count
                ? zeroPoints : [Int32](repeating: zeroPoints.first ?? 0, count: scales.count),
            axis: axis)
    }
}
