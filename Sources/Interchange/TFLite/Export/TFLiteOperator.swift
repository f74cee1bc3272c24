import Networks

/// An operator of a `.tflite` that is written, with its options. What it reads and writes are tensors.
///
/// `TFLiteModel.Kind` is what files of others say, their oddities included; these are the forms that are written, and
/// some that are not read.
package enum TFLiteOperator: Sendable, Hashable {
    /// CONV_2D: image, weights [out, height, width, in / groups], bias.
    case convolution(stride: Size, dilation: Size, isSame: Bool, TFLiteModel.Activation, isGrouped: Bool)
    /// DEPTHWISE_CONV_2D: image, weights [1, height, width, channels · multiplier], bias.
    case depthwiseConvolution(
        stride: Size, dilation: Size, isSame: Bool, TFLiteModel.Activation, multiplier: Int)
    /// FULLY_CONNECTED: numbers [1, in], weights [out, in], bias.
    case fullyConnected(TFLiteModel.Activation, isPerChannel: Bool)
    case averagePool(kernel: Size, stride: Size, isSame: Bool)
    case maxPool(kernel: Size, stride: Size, isSame: Bool)
    /// Of int8 with scales, or of int32, as the next ones.
    case add(TFLiteModel.Activation)
    case subtract(TFLiteModel.Activation)
    case multiply(TFLiteModel.Activation)
    /// Of int32: the quotient without its fraction.
    case divide
    /// Of int32: the quotient rounded down.
    case floorDivide
    /// Sum of any number of tensors of one shape and type int32.
    case addAll
    case minimum
    case maximum
    /// MEAN: image, axes; the axes stay with one element.
    case mean
    /// SUM of int32: tensor, axes; the axes stay with one element.
    case sum
    /// REDUCE_MAX: tensor, axes; the axes stay with one element.
    case reduceMax
    /// PAD: tensor, margins [rank, 2].
    case pad
    /// PADV2: tensor, margins, number.
    case padWithValue
    /// MIRROR_PAD: tensor, margins; the outermost lines are not repeated (REFLECT).
    case mirrorPad
    case reshape(to: [Int])
    case transpose
    case softmax
    case concatenation(axis: Int)
    /// STRIDED_SLICE: tensor, begin, end, strides.
    case stridedSlice
    /// GATHER: tensor, indices.
    case gather(axis: Int)
    /// DEPTH_TO_SPACE: cells [row][column][channel].
    case depthToSpace(block: Int)
    /// SPACE_TO_DEPTH: likewise.
    case spaceToDepth(block: Int)
    /// RESIZE_BILINEAR: image, [height, width]; centres of pixels are aligned.
    case resizeBilinear
    /// RESIZE_NEAREST_NEIGHBOR: image, [height, width].
    case resizeNearest(alignsCorners: Bool, hasHalfPixelCentres: Bool)
    /// CAST from one type to another.
    case cast(TFLiteType, TFLiteType)
    /// QUANTIZE of whole numbers: the same number at another scale.
    case quantize
    case logistic
    case tanh
    case hardSwish
    case relu
    case relu6
    case leakyReLU(alpha: Float)
    /// PRELU: tensor, slopes.
    case prelu
    /// BATCH_MATMUL: [batch, rows, k] with [batch, k, columns], the second turned over where it is [batch, columns, k].
    case batchMatrixProduct(transposesSecond: Bool)
}

/// How an operator stands in a file.
struct TFLiteOperatorForm {
    /// `BuiltinOperator`.
    let code: Int32
    /// The least version of the operator that has the types and options: what `converter/…/op_version` gives it.
    let version: Int32
    /// The number of the options in the union `BuiltinOptions`; 0 where it has none.
    let optionsType: UInt8
    let options: FlatValue?
}

extension TFLiteOperator {
    private typealias Options = TFLiteSchema.Options

    private static func form<Fields: TFLiteOptions>(
        _ code: Int32, _ version: Int32, _ fields: KeyValuePairs<Fields, FlatValue?>
    ) -> TFLiteOperatorForm {
        TFLiteOperatorForm(
            code: code, version: version, optionsType: Fields.type, options: FlatContent(fields).value)
    }

    private static func plain(_ code: Int32, _ version: Int32) -> TFLiteOperatorForm {
        TFLiteOperatorForm(code: code, version: version, optionsType: 0, options: nil)
    }

    private static func activation(_ activation: TFLiteModel.Activation) -> FlatValue { .number(activation.rawValue) }

    private static func padding(_ isSame: Bool) -> FlatValue {
        .number((isSame ? TFLiteModel.Padding.same : .valid).rawValue)
    }

    private static func side(_ side: Int) -> FlatValue { .number(Int32(truncatingIfNeeded: side)) }

    /// - Parameter type: of the first tensor that it reads.
    func form(of type: TFLiteType) -> TFLiteOperatorForm {
        // Most operators take int8 since their second version, and had int32 in their first.
        let second: Int32 = type == .int8 ? 2 : 1
        switch self {
        case .convolution(let stride, let dilation, let isSame, let activation, let isGrouped):
            return Self.form(
                3, isGrouped ? 6 : 3,
                [
                    Options.Convolution.padding: Self.padding(isSame), .strideWidth: Self.side(stride.width),
                    .strideHeight: Self.side(stride.height), .activation: Self.activation(activation),
                    .dilationWidth: Self.side(dilation.width), .dilationHeight: Self.side(dilation.height),
                ])
        case .depthwiseConvolution(let stride, let dilation, let isSame, let activation, let multiplier):
            return Self.form(
                4, 3,
                [
                    Options.DepthwiseConvolution.padding: Self.padding(isSame),
                    .strideWidth: Self.side(stride.width), .strideHeight: Self.side(stride.height),
                    .multiplier: Self.side(multiplier), .activation: Self.activation(activation),
                    .dilationWidth: Self.side(dilation.width), .dilationHeight: Self.side(dilation.height),
                ])
        case .fullyConnected(let activation, let isPerChannel):
            return Self.form(
                9, isPerChannel ? 12 : 4, [Options.FullyConnected.activation: Self.activation(activation)])
        case .averagePool(let kernel, let stride, let isSame): return Self.pool(1, kernel, stride, isSame)
        case .maxPool(let kernel, let stride, let isSame): return Self.pool(17, kernel, stride, isSame)
        case .add(let activation):
            return Self.form(0, second, [Options.Add.activation: Self.activation(activation)])
        case .subtract(let activation):
            return Self.form(41, second, [Options.Subtract.activation: Self.activation(activation)])
        case .multiply(let activation):
            return Self.form(18, second, [Options.Multiply.activation: Self.activation(activation)])
        case .divide: return Self.form(42, 1, [Options.Divide.activation: Self.activation(.none)])
        case .floorDivide: return Self.plain(90, 1)
        case .addAll: return Self.plain(106, 1)
        case .minimum: return Self.plain(57, second)
        case .maximum: return Self.plain(55, second)
        case .mean: return Self.form(40, second, [Options.Reduce.keepsDimensions: .flag(true)])
        case .sum: return Self.form(74, 1, [Options.Reduce.keepsDimensions: .flag(true)])
        case .reduceMax: return Self.form(82, second, [Options.Reduce.keepsDimensions: .flag(true)])
        case .pad: return Self.plain(34, second)
        case .padWithValue: return Self.plain(60, second)
        case .mirrorPad: return Self.form(100, second, [Options.MirrorPad.mode: .number(0)])
        case .reshape(let shape):
            return Self.form(22, 1, [Options.Reshape.newShape: .numbers(shape.map { Int32(truncatingIfNeeded: $0) })])
        case .transpose: return Self.plain(39, second)
        case .softmax: return Self.form(25, second, [Options.Softmax.beta: .float(1)])
        case .concatenation(let axis): return Self.form(2, second, [Options.Concatenation.axis: Self.side(axis)])
        case .stridedSlice: return Self.form(45, second, [Options.StridedSlice.beginMask: Self.side(0)])
        case .gather(let axis): return Self.form(36, second, [Options.Gather.axis: Self.side(axis)])
        case .depthToSpace(let block): return Self.form(5, 1, [Options.DepthToSpace.block: Self.side(block)])
        case .spaceToDepth(let block): return Self.form(26, second, [Options.SpaceToDepth.block: Self.side(block)])
        case .resizeBilinear: return Self.form(23, 3, [Options.ResizeBilinear.hasHalfPixelCentres: .flag(true)])
        case .resizeNearest(let alignsCorners, let hasHalfPixelCentres):
            return Self.form(
                97, alignsCorners || hasHalfPixelCentres ? 3 : 2,
                [
                    Options.ResizeNearest.alignsCorners: .flag(alignsCorners),
                    .hasHalfPixelCentres: .flag(hasHalfPixelCentres),
                ])
        case .cast(let input, let output):
            return Self.form(
                53, 1, [Options.Cast.input: .number(input.rawValue), .output: .number(output.rawValue)])
        case .quantize: return Self.plain(114, 2)
        case .logistic: return Self.plain(14, 2)
        case .tanh: return Self.plain(28, 2)
        case .hardSwish: return Self.plain(117, 1)
        case .relu: return Self.plain(19, 2)
        case .relu6: return Self.plain(21, 2)
        case .leakyReLU(let alpha): return Self.form(98, 2, [Options.LeakyReLU.alpha: .float(alpha)])
        case .prelu: return Self.plain(54, 1)
        case .batchMatrixProduct(let transposesSecond):
            return Self.form(
                126, second,
                [Options.BatchMatrixProduct.turnsFirst: .flag(false), .turnsSecond: .flag(transposesSecond)])
        }
    }

    private static func pool(_ code: Int32, _ kernel: Size, _ stride: Size, _ isSame: Bool) -> TFLiteOperatorForm {
        form(
            code, 2,
            [
                Options.Pool.padding: padding(isSame), .strideWidth: side(stride.width),
                .strideHeight: side(stride.height),
                .filterWidth: side(kernel.width), .filterHeight: side(kernel.height),
            ])
    }

    /// What the schema calls it.
    package var name: String { TFLiteBuiltin.name(of: form(of: .int8).code) }
}
