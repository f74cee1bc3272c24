extension TFLiteModel {
    /// What a message calls such files.
    private static let fileKind = "TensorFlow Lite model"

    /// Reads a model.
    ///
    /// - Throws: `InterchangeError` that names the path, and the tensor or the operator where something is wrong.
    package init(contentsOf path: String) throws {
        let file = try FileReader(path: path)
        // Distances in flatbuffers are signed where they lead back to vtables. Data behind the flatbuffer counts too.
        guard file.length < 1 << 31 else {
            throw UnsupportedProblem("it has \(file.length) bytes, and models of less than 2³¹ are read").error(
                name: path)
        }
        try self.init(bytes: try file.read(0..<file.length), name: path)
    }

    /// Reads a model that is already in memory.
    ///
    /// - Parameter name: what to call it in error messages.
    package init(bytes: [UInt8], name: String = "this data") throws {
        do {
            guard TFLiteReader.recognises(bytes) else {
                let start = Array(bytes.prefix(ForeignFile.startLength))
                if let foreign = ForeignFile(start: start, length: bytes.count) {
                    throw foreign.error(name: name, kind: Self.fileKind)
                }
                throw FileProblem("its bytes 4 to 7 are not TFL3, so it is no .tflite file")
            }
            self = try TFLiteReader(bytes).model()
            try checkOrder()
        } catch let problem as FileProblem {
            throw problem.error(name: name, kind: Self.fileKind)
        } catch let problem as UnsupportedProblem {
            throw problem.error(name: name)
        }
    }

    /// Every tensor is written once, by an operator or from outside, and before it is read.
    private func checkOrder() throws {
        var isWritten = tensors.map(\.isConstant)
        for input in inputs {
            guard !isWritten[input] else {
                throw FileProblem("\(place(ofTensor: input)) is an input, and is a constant or an input already")
            }
            isWritten[input] = true
        }
        for (index, step) in operators.enumerated() {
            for case let input? in step.inputs where !isWritten[input] {
                throw FileProblem(
                    "\(place(ofOperator: index)) reads \(place(ofTensor: input)), which nothing has written before")
            }
            for output in step.outputs {
                guard !isWritten[output] else {
                    throw FileProblem(
                        "\(place(ofOperator: index)) writes \(place(ofTensor: output)), which has its numbers already")
                }
                isWritten[output] = true
            }
        }
        for output in outputs where !isWritten[output] {
            throw FileProblem("\(place(ofTensor: output)) is an output, and nothing writes it")
        }
    }
}

extension TFLiteModel {
    /// Whether it has the tensors and operators of another, and takes and gives the same; what lies beside them does
    /// not count.
    package func computes(like other: TFLiteModel) -> Bool {
        tensors == other.tensors && operators == other.operators && inputs == other.inputs && outputs == other.outputs
    }

    /// How often each operator stands in the model that is not supported, by name.
    ///
    /// Ask it of a model whose shapes are folded (`foldingShapes`): operators that compute shapes are supported only as far as they go with
    /// that.
    ///
    /// - Parameter isSupported: whether whoever asks can do something with an operator.
    package func unsupportedOperators(_ isSupported: (Operator) -> Bool = { $0.kind.isSupported }) -> [String: Int] {
        var counts: [String: Int] = [:]
        for step in operators where !isSupported(step) { counts[step.kind.name, default: 0] += 1 }
        return counts
    }

    /// Refuses a model with operators that are not supported, in one message of all of them.
    ///
    /// - Parameters:
    ///   - file: what to call the model.
    ///   - isSupported: as of `unsupportedOperators`.
    /// - Throws: `InterchangeError`.
    package func checkOperators(
        named file: String, _ isSupported: (Operator) -> Bool = { $0.kind.isSupported }
    ) throws {
        let counts = unsupportedOperators(isSupported).sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        guard !counts.isEmpty else { return }
        // A file can make up any number of operators.
        let most = 12
        let told = counts.prefix(most).map { "\($0.key) (\($0.value))" }.joined(separator: ", ")
        let rest = counts.count > most ? " and \(counts.count - most) more" : ""
        throw UnsupportedProblem(
            "these of its operators, with how often each stands, have no counterpart: \(told)\(rest); "
                + "convert the model again without them"
        ).error(name: file)
    }
}

extension TFLiteModel.Kind {
    /// Whether it is an operator of networks that has a counterpart.
    package var isSupported: Bool {
        switch self {
        case .convolution, .depthwiseConvolution, .fullyConnected, .add, .subtract, .multiply, .pad, .padWithValue,
            .mean, .averagePool, .maxPool, .concatenation, .split, .reshape, .stridedSlice, .pack, .unpack, .squeeze,
            .expandDimensions, .transpose, .softmax, .logistic, .tanh, .relu, .relu6, .reluN1To1, .leakyReLU, .prelu,
            .hardSwish, .quantize, .dequantize, .resizeNearest, .resizeBilinear, .reduceMax:
            true
        // They are read for the arithmetic of shapes, which goes before the network begins.
        case .shape, .slice, .gather, .cast, .reduceProduct: false
        case .other: false
        }
    }
}
