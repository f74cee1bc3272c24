import Networks

extension TFLiteReader {
    typealias Options = TFLiteSchema.Options
    typealias OperatorTable = FlatTable<TFLiteSchema.Operator>

    /// The operators of a graph, in the order in which they run.
    func operators(
        _ graph: FlatTable<TFLiteSchema.Subgraph>, _ tensors: [TFLiteModel.Tensor]
    ) throws -> [TFLiteModel.Operator] {
        let tables = try graph.tables(.operators, TFLiteSchema.Operator.self)
        guard tables.count > 0 else { throw FileProblem("it has no operators") }
        let codes = try codes()
        return try tables.indices.map { index in
            let (table, code) = try locating("operator \(index)") {
                let table = try tables.table(index)
                let stated = Int(try table.number(.codeIndex, default: UInt32(0)))
                guard codes.indices.contains(stated) else {
                    throw FileProblem("its kind is number \(stated) of operator_codes, which has \(codes.count)")
                }
                return (table, codes[stated])
            }
            return try locating("operator \(index) (\(code.name))") { try step(table, code, tensors) }
        }
    }

    /// An operator's number, and its name in the file where its maker has defined it.
    private struct Code {
        let builtin: Int32
        let custom: String?

        var name: String {
            custom.map { "CUSTOM \($0.quoted)" } ?? TFLiteBuiltin.name(of: builtin)
        }
    }

    private func codes() throws -> [Code] {
        let tables = try root.tables(.operatorCodes, TFLiteSchema.OperatorCode.self)
        return try tables.indices.map { index in
            try locating("operator code \(index)") {
                let table = try tables.table(index)
                // Old files have the first number alone; new ones have both, and in the first no more than 127.
                let old = Int32(try table.number(.deprecatedCode, default: Int8(0)))
                let code = max(old, try table.number(.code, default: Int32(0)))
                let isCustom = code == TFLiteBuiltin.custom
                return Code(builtin: code, custom: isCustom ? try table.text(.customCode) ?? "" : nil)
            }
        }
    }

    private func step(
        _ table: OperatorTable, _ code: Code, _ tensors: [TFLiteModel.Tensor]
    ) throws -> TFLiteModel.Operator {
        let inputs = try operands(table, .inputs, tensors.count)
        let outputs = try operands(table, .outputs, tensors.count).map { output in
            guard let output else { throw FileProblem("it leaves an output out") }
            return output
        }
        guard let builtin = TFLiteBuiltin(rawValue: code.builtin) else {
            return TFLiteModel.Operator(kind: .other(code.name), inputs: inputs, outputs: outputs)
        }
        let (required, most) = builtin.operandCounts
        // Of a list of any length nothing may be left out.
        let needed = most == .max ? inputs.count : required
        guard inputs.count >= required, inputs.count <= most, !inputs.prefix(needed).contains(nil) else {
            throw FileProblem("it has \(inputs.count) operands, or leaves out one that it needs")
        }
        let kind = try kind(builtin, table, inputs.map { $0.map { tensors[$0] } }, outputCount: outputs.count)
        return TFLiteModel.Operator(kind: kind, inputs: inputs, outputs: outputs)
    }

    /// Indices of tensors; −1 leaves an operand out.
    private func operands(_ table: OperatorTable, _ field: TFLiteSchema.Operator, _ count: Int) throws -> [Int?] {
        try (table.numbers(field, Int32.self) ?? []).map { stated in
            guard stated != -1 else { return nil }
            guard (0..<count).contains(Int(stated)) else {
                throw FileProblem("it names tensor \(stated), and there are \(count)")
            }
            return Int(stated)
        }
    }

    // MARK: - Options

    /// - Parameters:
    ///   - operands: those that are needed are there.
    private func kind(
        _ builtin: TFLiteBuiltin, _ table: OperatorTable, _ operands: [TFLiteModel.Tensor?], outputCount: Int
    ) throws -> TFLiteModel.Kind {
        let wanted = try wantedOutputs(builtin, table)
        guard outputCount == wanted else {
            throw FileProblem("it has \(outputCount) outputs, and \(wanted) are right")
        }
        switch builtin {
        case .convolution:
            return .convolution(try convolution(table))
        case .depthwiseConvolution:
            return .depthwiseConvolution(try depthwiseConvolution(table), multiplier: try Self.multiplier(operands))
        case .fullyConnected: return .fullyConnected(try fullyConnected(table))
        case .add: return .add(try activation(try options(table, Options.Add.self), .activation))
        case .subtract: return .subtract(try activation(try options(table, Options.Subtract.self), .activation))
        case .multiply: return .multiply(try activation(try options(table, Options.Multiply.self), .activation))
        case .averagePool: return .averagePool(try pool(table))
        case .maxPool: return .maxPool(try pool(table))
        case .concatenation:
            let options = try options(table, Options.Concatenation.self)
            let axis = Int(try options?.number(.axis, default: Int32(0)) ?? 0)
            return .concatenation(axis: axis, try activation(options, .activation))
        case .split: return .split(count: outputCount)
        case .reshape: return .reshape(to: try reshaping(table, operands))
        case .stridedSlice: return .stridedSlice(try stridedSlice(table))
        case .pack:
            let options = try options(table, Options.Pack.self)
            let count = Int(try options?.number(.count, default: Int32(0)) ?? 0)
            guard count == operands.count else {
                throw FileProblem("it packs \(count) tensors, and has \(operands.count)")
            }
            return .pack(axis: Int(try options?.number(.axis, default: Int32(0)) ?? 0))
        case .unpack:
            let axis = try options(table, Options.Unpack.self)?.number(.axis, default: Int32(0)) ?? 0
            return .unpack(axis: Int(axis), count: outputCount)
        case .squeeze:
            let axes = try options(table, Options.Squeeze.self)?.numbers(.axes, Int32.self) ?? []
            return .squeeze(axes: axes.map { Int($0) })
        case .softmax:
            return .softmax(beta: try factor(try options(table, Options.Softmax.self), .beta))
        case .leakyReLU:
            return .leakyReLU(alpha: try factor(try options(table, Options.LeakyReLU.self), .alpha))
        case .resizeNearest:
            let options = try options(table, Options.ResizeNearest.self)
            return .resizeNearest(try resize(options, .alignsCorners, .hasHalfPixelCentres))
        case .resizeBilinear:
            let options = try options(table, Options.ResizeBilinear.self)
            return .resizeBilinear(try resize(options, .alignsCorners, .hasHalfPixelCentres))
        case .gather:
            let options = try options(table, Options.Gather.self)
            return .gather(
                axis: Int(try options?.number(.axis, default: Int32(0)) ?? 0),
                batchDimensions: Int(try options?.number(.batchDimensions, default: Int32(0)) ?? 0))
        case .mean: return .mean(keepsDimensions: try keepsDimensions(table))
        case .reduceMax: return .reduceMax(keepsDimensions: try keepsDimensions(table))
        case .reduceProduct: return .reduceProduct(keepsDimensions: try keepsDimensions(table))
        case .pad: return .pad
        case .padWithValue: return .padWithValue
        case .shape: return .shape
        case .slice: return .slice
        case .expandDimensions: return .expandDimensions
        case .transpose: return .transpose
        case .logistic: return .logistic
        case .tanh: return .tanh
        case .relu: return .relu
        case .relu6: return .relu6
        case .reluN1To1: return .reluN1To1
        case .prelu: return .prelu
        case .hardSwish: return .hardSwish
        case .quantize: return .quantize
        case .dequantize: return .dequantize
        case .cast: return .cast
        }
    }

    /// How many outputs an operator has.
    private func wantedOutputs(_ builtin: TFLiteBuiltin, _ table: OperatorTable) throws -> Int {
        let count: Int32?
        if builtin == .split {
            count = try options(table, Options.Split.self)?.number(.count, default: 0)
        } else if builtin == .unpack {
            count = try options(table, Options.Unpack.self)?.number(.count, default: 0)
        } else {
            count = 1
        }
        guard let count, count > 0 else { throw FileProblem("it does not say how many outputs it has") }
        return Int(count)
    }

    private func convolution(_ table: OperatorTable) throws -> TFLiteModel.Convolution {
        let options = try needed(try options(table, Options.Convolution.self))
        return TFLiteModel.Convolution(
            padding: try padding(options, .padding),
            stride: try size(options, .strideHeight, .strideWidth, default: 0, "strides"),
            dilation: try size(options, .dilationHeight, .dilationWidth, default: 1, "dilations"),
            activation: try activation(options, .activation))
    }

    private func depthwiseConvolution(_ table: OperatorTable) throws -> TFLiteModel.Convolution {
        let options = try needed(try options(table, Options.DepthwiseConvolution.self))
        return TFLiteModel.Convolution(
            padding: try padding(options, .padding),
            stride: try size(options, .strideHeight, .strideWidth, default: 0, "strides"),
            dilation: try size(options, .dilationHeight, .dilationWidth, default: 1, "dilations"),
            activation: try activation(options, .activation))
    }

    /// The option of this name is one that LiteRT does not read any more: shapes say it.
    private static func multiplier(_ operands: [TFLiteModel.Tensor?]) throws -> Int {
        guard let image = operands[0]?.shape, let weights = operands[1]?.shape, image.count == 4, weights.count == 4,
            weights[0] == 1, weights[3] % image[3] == 0
        else { throw FileProblem("its image and its weights do not go together") }
        return weights[3] / image[3]
    }

    private func pool(_ table: OperatorTable) throws -> TFLiteModel.Pool {
        let options = try needed(try options(table, Options.Pool.self))
        return TFLiteModel.Pool(
            padding: try padding(options, .padding),
            stride: try size(options, .strideHeight, .strideWidth, default: 0, "strides"),
            window: try size(options, .filterHeight, .filterWidth, default: 0, "sides of its window"),
            activation: try activation(options, .activation))
    }

    private func fullyConnected(_ table: OperatorTable) throws -> TFLiteModel.FullyConnected {
        let options = try options(table, Options.FullyConnected.self)
        let format = try options?.number(.weightsFormat, default: UInt8(0)) ?? 0
        guard format <= 1 else { throw FileProblem("its weights_format has the number \(format), which there is not") }
        return TFLiteModel.FullyConnected(
            activation: try activation(options, .activation), hasShuffledWeights: format == 1,
            keepsDimensions: try options?.isTrue(.keepsDimensions) ?? false)
    }

    /// The shape that options or a constant operand say; the operand counts where both are there.
    private func reshaping(_ table: OperatorTable, _ operands: [TFLiteModel.Tensor?]) throws -> [Int]? {
        if operands.count > 1, let shape = operands[1] {
            return shape.shape.count == 1 && shape.count <= ShapeArithmetic.mostValues ? shape.integers : nil
        }
        return try options(table, Options.Reshape.self)?.numbers(.newShape, Int32.self)?.map { Int($0) }
    }

    private func stridedSlice(_ table: OperatorTable) throws -> TFLiteModel.StridedSlice {
        let options = try options(table, Options.StridedSlice.self)
        return TFLiteModel.StridedSlice(
            beginMask: try options?.number(.beginMask, default: 0) ?? 0,
            endMask: try options?.number(.endMask, default: 0) ?? 0,
            ellipsisMask: try options?.number(.ellipsisMask, default: 0) ?? 0,
            newAxisMask: try options?.number(.newAxisMask, default: 0) ?? 0,
            shrinkAxisMask: try options?.number(.shrinkAxisMask, default: 0) ?? 0,
            endCountsFromBegin: try options?.isTrue(.endCountsFromBegin) ?? false)
    }

    private func keepsDimensions(_ table: OperatorTable) throws -> Bool {
        try options(table, Options.Reduce.self)?.isTrue(.keepsDimensions) ?? false
    }

    // MARK: - Fields of options

    /// An operator's options; nil where it has none, so that all of them have their default.
    private func options<Fields: TFLiteOptions>(
        _ table: OperatorTable, _ fields: Fields.Type
    ) throws -> FlatTable<Fields>? {
        let type = try table.number(.optionsType, default: UInt8(0))
        guard type != 0 else { return nil }
        guard type == Fields.type else {
            throw FileProblem("its options are those of another operator (type \(type), and \(Fields.type) is right)")
        }
        return try table.table(.options)
    }

    private func needed<Fields>(_ options: FlatTable<Fields>?) throws -> FlatTable<Fields> {
        guard let options else { throw FileProblem("it has no options, so its strides are missing") }
        return options
    }

    private func activation<Fields>(_ options: FlatTable<Fields>?, _ field: Fields) throws -> TFLiteModel.Activation {
        let code = try options?.number(field, default: UInt8(0)) ?? 0
        guard let activation = TFLiteModel.Activation(rawValue: code) else {
            throw FileProblem("its activation has the number \(code), which there is not")
        }
        return activation
    }

    private func padding<Fields>(_ options: FlatTable<Fields>, _ field: Fields) throws -> TFLiteModel.Padding {
        let code = try options.number(field, default: UInt8(0))
        guard let padding = TFLiteModel.Padding(rawValue: code) else {
            throw FileProblem("its padding has the number \(code), which there is not")
        }
        return padding
    }

    private func size<Fields>(
        _ options: FlatTable<Fields>, _ height: Fields, _ width: Fields, default fallback: Int32, _ what: String
    ) throws -> Size {
        let size = Size(
            Int(try options.number(height, default: fallback)), Int(try options.number(width, default: fallback)))
        guard size.height > 0, size.width > 0 else { throw FileProblem("its \(what) are not all above 0") }
        return size
    }

    private func resize<Fields>(
        _ options: FlatTable<Fields>?, _ alignsCorners: Fields, _ halfPixels: Fields
    ) throws -> TFLiteModel.Resize {
        TFLiteModel.Resize(
            alignsCorners: try options?.isTrue(alignsCorners) ?? false,
            hasHalfPixelCentres: try options?.isTrue(halfPixels) ?? false)
    }

    private func factor<Fields>(_ options: FlatTable<Fields>?, _ field: Fields) throws -> Float {
        let value = try options?.float(field) ?? 0
        guard value.isFinite else { throw FileProblem("its \(field) is not finite") }
        return value
    }
}

extension TFLiteBuiltin {
    /// How many operands it takes: those that it needs, which come first, and the most.
    fileprivate var operandCounts: (required: Int, most: Int) {
        switch self {
        case .convolution, .depthwiseConvolution, .fullyConnected: (2, 3)
        case .add, .subtract, .multiply, .pad, .mean, .reduceMax, .reduceProduct, .split, .expandDimensions, .transpose,
            .prelu, .resizeNearest, .resizeBilinear, .gather:
            (2, 2)
        case .padWithValue, .slice: (3, 3)
        case .stridedSlice: (4, 4)
        case .concatenation, .pack: (1, .max)
        case .reshape: (1, 2)
        case .averagePool, .maxPool, .shape, .unpack, .squeeze, .softmax, .logistic, .tanh, .relu, .relu6, .reluN1To1,
            .leakyReLU, .hardSwish, .quantize, .dequantize, .cast:
            (1, 1)
        }
    }
}
