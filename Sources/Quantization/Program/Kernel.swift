import Networks

/// Index of a table in `KernelProgram.constants`.
public typealias ConstantID = Int

/// How sums of each output channel become int8: `DeviceRuntime.Requantisation`, its tables as constants.
public struct ChannelScaling: Sendable, Hashable {
    /// int32, one an output channel.
    public let bias: ConstantID
    /// int32, one an output channel.
    public let multipliers: ConstantID
    /// int32, one an output channel.
    public let shifts: ConstantID
    /// The output's zero point.
    public let zero: Int
    /// The least and the greatest output.
    public let low: Int
    public let high: Int

    package init(
        bias: ConstantID, multipliers: ConstantID, shifts: ConstantID, zero: Int, low: Int = -128, high: Int = 127
    ) {
        (self.bias, self.multipliers, self.shifts) = (bias, multipliers, shifts)
        (self.zero, self.low, self.high) = (zero, low, high)
    }
}

/// `DeviceRuntime.ScaledOutput`.
public struct OutputScaling: Sendable, Hashable {
    public let scale: FixedPointScale
    /// The output's zero point.
    public let zero: Int
    /// The least and the greatest output.
    public let low: Int
    public let high: Int

    package init(scale: FixedPointScale, zero: Int, low: Int = -128, high: Int = 127) {
        (self.scale, self.zero, self.low, self.high) = (scale, zero, low, high)
    }
}

/// `DeviceRuntime.Addend`.
public struct AddendScaling: Sendable, Hashable {
    public let zero: Int
    public let scale: FixedPointScale

    package init(zero: Int, scale: FixedPointScale) { (self.zero, self.scale) = (zero, scale) }
}

/// Which operand of a sum or product is one pixel for the whole map: `DeviceRuntime.Spread`.
public enum KernelSpread: String, Sendable, Hashable {
    case none, first, second
}

/// One of an attention's four projections.
public struct KernelProjection: Sendable, Hashable {
    /// `[d][d]`.
    public let weights: ConstantID
    public let scaling: ChannelScaling

    package init(weights: ConstantID, scaling: ChannelScaling) { (self.weights, self.scaling) = (weights, scaling) }
}

/// A function of `DeviceRuntime` with its constants. What is passed to it, and in which order, `KernelSignature` tells.
public enum Kernel: Sendable, Hashable {
    /// The image's row: int8 = table[channel · 256 + pixel]. Where `offset` is set that is pixel − 128 for all channels.
    ///
    /// `tables`: int8 `[C][256]`.
    case pixels(tables: ConstantID, isOffset: Bool)

    /// `convolveRow`; working memory `columnBytes` outside of the arena (`KernelProgram.workBytes` is the most of all calls).
    ///
    /// `weights`: int8 `[O][kh][kw][C / groups]`.
    case convolution(
        window: Window, groups: Int, zero: Int, weights: ConstantID, scaling: ChannelScaling, columnBytes: Int)

    /// `convolveDepthwiseRow`. `weights`: int8 `[kh][kw][C]`.
    case depthwise(window: Window, zero: Int, weights: ConstantID, scaling: ChannelScaling)

    /// `filterMirroredRow`. `weights`: int8 `[kh][kw][C]`.
    case mirroredFilter(window: Window, zero: Int, weights: ConstantID, scaling: ChannelScaling)

    /// `multiply(_:inputs:zero:weights:outputs:_:to:)`, once, on the operand as one block. `weights`: int8 `[O][H·W·C]`.
    /// `multiplyRoundingOnce` where sums are rounded once.
    case linear(
        inputs: Int, zero: Int, weights: ConstantID, outputs: Int, scaling: ChannelScaling, roundsOnce: Bool = false)

    /// `lookUp` of a row. `table`: int8 `[256]`.
    case lookUp(table: ConstantID)

    /// `add` of a row; the operand that spreads is read from its start.
    case add(AddendScaling, AddendScaling, OutputScaling, spread: KernelSpread)

    /// `subtract` of a row, likewise.
    case subtract(AddendScaling, AddendScaling, OutputScaling, spread: KernelSpread)

    /// `multiply(_:zero:_:zero:_:width:channels:spread:to:)` of a row; the operand that spreads is read from its start.
    case multiply(zeros: [Int], OutputScaling, spread: KernelSpread)

    /// The same, the second operand a constant that spreads. `factors`: int8 `[C]`.
    case scaleChannels(zero: Int, factors: ConstantID, factorZero: Int = 0, OutputScaling)

    /// `add` or `subtract` of a row, the second operand a constant that spreads. `summands`: int8 `[C]`.
    case shiftChannels(AddendScaling, summands: ConstantID, AddendScaling, OutputScaling, isDifference: Bool)

    /// `addPosition`. `columns`: int8 `[W][d / 2]`; `rows`: int8 `[H][d / 2]`.
    case addPosition(AddendScaling, columns: ConstantID, rows: ConstantID, AddendScaling, OutputScaling)

    /// `maxPoolRow`.
    case maxPool(window: Window)

    /// `averagePoolRow`, sums in scratch 0.
    case averagePool(window: Window, countsPadding: Bool, zero: Int)

    /// `globalAverageRow` for each row of the operand, sums in scratch 0; the output is there after the last. Of a mean of each row it is called
    /// with one row as the map, and of a mean of each column with a row's numbers as channels.
    case globalAverage(zero: Int, OutputScaling)

    /// `globalMaxRow` for each row of the operand, maxima in scratch 0; the output is there after the last.
    case globalMax

    /// `deviationRow`, sums in scratch 0.
    case deviation(window: Window, zero: Int, OutputScaling)

    /// `poolNormalisedRow`, sums in scratch 0; operand 1 holds the weights. `rowOf`: uint16 `[H]`; `columnOf`: uint16 `[W]`.
    case poolNormalised(window: Window, zero: Int, offset: Int, rowOf: ConstantID, columnOf: ConstantID)

    /// `poolWeightedRow`, the same with an output of its own scale.
    case poolWeighted(
        window: Window, zero: Int, offset: Int, rowOf: ConstantID, columnOf: ConstantID, OutputScaling)

    /// `upsampleRow`.
    case upsample

    /// `resizeRow`: bilinear too, as LiteRT's reference rounds it.
    case resize

    /// `copyRow`: nearest-neighbour resampling by the lines that rows and columns copy.
    case upsampleNearest(rows: UpsampleNearest.LineCopies, columns: UpsampleNearest.LineCopies)

    /// `shuffleRow`: cells of pixels out of channels, or channels out of cells.
    case shuffle(factor: Int, toDepth: Bool)

    /// `rectify` of a row: a parametric ReLU. `slopes`: int8 `[C]`.
    case rectify(zero: Int, slopes: ConstantID, slopeZero: Int, positive: FixedPointScale, OutputScaling)

    /// `softmaxRow`. `exponentials`: int32 `[256]`.
    case softmax(exponentials: ConstantID)

    /// `joinRow`, once for each operand; one of another scale than the output's goes through a table, int8 `[256]`.
    case concatenate(tables: [ConstantID?])

    /// `sliceRow` from a channel on.
    case slice(start: Int)

    /// `padRow` with rows above and columns in front.
    case pad(before: Size, value: Int)

    /// `attendRow`; scratch 0 holds keys and values, 1 the scores, 2 one token.
    case attention(
        heads: Int, zero: Int, octaves: FixedPointScale, query: KernelProjection, key: KernelProjection,
        value: KernelProjection, output: KernelProjection)

    /// The function in `DeviceRuntime`; of the image's rows, which none converts, a name for people.
    public var functionName: String {
        switch self {
        case .pixels: "pixels"
        case .convolution: "convolveRow"
        case .depthwise: "convolveDepthwiseRow"
        case .mirroredFilter: "filterMirroredRow"
        case .linear(_, _, _, _, _, let roundsOnce): roundsOnce ? "multiplyRoundingOnce" : "multiply"
        case .multiply, .scaleChannels: "multiply"
        case .lookUp: "lookUp"
        case .add, .shiftChannels(_, _, _, _, isDifference: false): "add"
        case .subtract, .shiftChannels: "subtract"
        case .addPosition: "addPosition"
        case .maxPool: "maxPoolRow"
        case .averagePool: "averagePoolRow"
        case .globalAverage: "globalAverageRow"
        case .globalMax: "globalMaxRow"
        case .deviation: "deviationRow"
        case .poolNormalised: "poolNormalisedRow"
        case .poolWeighted: "poolWeightedRow"
        case .upsample: "upsampleRow"
        case .resize: "resizeRow"
        case .upsampleNearest: "copyRow"
        case .shuffle: "shuffleRow"
        case .rectify: "rectify"
        case .softmax: "softmaxRow"
        case .concatenate: "joinRow"
        case .slice: "sliceRow"
        case .pad: "padRow"
        case .attention: "attendRow"
        }
    }
}
