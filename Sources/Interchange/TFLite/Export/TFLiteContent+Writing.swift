// The file's bytes: a flatbuffer of the schema's version 3, and behind it a zip archive with the names of classes.

extension TFLiteContent {
    /// The bytes of the file.
    ///
    /// - Throws: `InterchangeError` where a flatbuffer cannot hold it.
    package func serialized() throws -> [UInt8] {
        let size = tensors.reduce(0) { $0 + ($1.data?.count ?? 0) }
        guard size < FlatBufferWriter.mostBytes / 2 else {
            throw InterchangeError("\(name): its weights are \(size) bytes, and a .tflite file holds up to a gigabyte")
        }
        let described = description.map { TFLiteDescription($0, network: name) }
        // The first buffer is that of all tensors that are computed.
        var buffers: [FlatValue] = [FlatContent<TFLiteSchema.Buffer>([:]).value]
        func buffer(_ data: [UInt8]) -> FlatValue {
            // Delegates read weights in place, sixteen bytes at a time.
            FlatContent<TFLiteSchema.Buffer>([.data: .vector(data, size: 1, alignment: 16)]).value
        }
        let tensorValues = tensors.map { tensor in
            if let data = tensor.data { buffers.append(buffer(data)) }
            return Self.value(tensor, buffer: tensor.data == nil ? 0 : buffers.count - 1)
        }
        var metadata: [FlatValue] = []
        func add(_ data: [UInt8], called name: String) {
            buffers.append(buffer(data))
            metadata.append(
                FlatContent<TFLiteSchema.Metadata>([
                    .name: .text(name), .buffer: .number(UInt32(truncatingIfNeeded: buffers.count - 1)),
                ]).value)
        }
        if let described { add(described.flatBuffer, called: TFLiteSchema.Description.bufferName) }
        if let note { add(note, called: Self.noteName) }
        let (codes, operators) = operatorValues()
        let subgraph = FlatContent<TFLiteSchema.Subgraph>([
            .tensors: .tables(tensorValues), .inputs: Self.indices(inputs), .outputs: Self.indices(outputs),
            .operators: .tables(operators), .name: .text(name),
        ])
        let model = FlatContent<TFLiteSchema.Model>([
            .version: .number(TFLiteSchema.version), .operatorCodes: .tables(codes),
            .subgraphs: .tables([subgraph.value]),
            .description: .text(comment), .buffers: .tables(buffers),
            .metadata: metadata.isEmpty ? nil : .tables(metadata),
        ])
        let file = FlatBufferWriter(model.value, identifier: TFLiteSchema.identifier).bytes
        return file + (described?.archive(behind: file.count) ?? [])
    }

    private static func value(_ tensor: Tensor, buffer: Int) -> FlatValue {
        let quantization =
            tensor.scales.isEmpty
            ? nil
            : FlatContent<TFLiteSchema.Quantization>([
                .scale: .floats(tensor.scales),
                .zeroPoint: .numbers([Int64](repeating: Int64(tensor.zeroPoint), count: tensor.scales.count)),
                .dimension: .number(Int32(truncatingIfNeeded: tensor.axis)),
            ]).value
        return FlatContent<TFLiteSchema.Tensor>([
            .shape: indices(tensor.shape), .type: .number(tensor.type.rawValue),
            .buffer: .number(UInt32(truncatingIfNeeded: buffer)), .name: .text(tensor.name),
            .quantization: quantization,
            .hasRank: .flag(true),
        ]).value
    }

    /// Each kind of operator and version once, and the operators that name them by their place.
    private func operatorValues() -> (codes: [FlatValue], operators: [FlatValue]) {
        struct Code: Hashable {
            let code: Int32
            let version: Int32
        }
        var (places, codes): ([Code: Int], [FlatValue]) = ([:], [])
        let operators = steps.map { step in
            let form = step.operation.form(of: step.inputs.first.map { tensors[$0].type } ?? .int8)
            let code = Code(code: form.code, version: form.version)
            let place = places[code] ?? codes.count
            if place == codes.count {
                places[code] = place
                codes.append(
                    FlatContent<TFLiteSchema.OperatorCode>([
                        .deprecatedCode: .number(Int8(truncatingIfNeeded: min(127, form.code))),
                        .version: .number(form.version), .code: .number(form.code),
                    ]).value)
            }
            return FlatContent<TFLiteSchema.Operator>([
                .codeIndex: .number(UInt32(truncatingIfNeeded: place)), .inputs: Self.indices(step.inputs),
                .outputs: Self.indices(step.outputs),
                .optionsType: form.options == nil ? nil : .number(form.optionsType), .options: form.options,
            ]).value
        }
        return (codes, operators)
    }

    private static func indices(_ numbers: [Int]) -> FlatValue {
        .numbers(numbers.map { Int32(truncatingIfNeeded: $0) })
    }
}
