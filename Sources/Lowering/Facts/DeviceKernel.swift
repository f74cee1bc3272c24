import Networks

/// A kernel of the device's runtime: what is told apart where code and instructions are counted.
package enum DeviceKernel: String, Sendable, Hashable, CaseIterable {
    /// The image's rows.
    case pixels
    case convolution
    /// Windows with a dilation of more than 1 have kernels of their own.
    case convolutionWithGaps
    /// A depthwise convolution of 3×3 that goes a pixel at a time, which has loops of its own.
    case depthwise3x3
    case depthwise
    case depthwiseWithGaps
    /// A filter a channel over a map with mirrored borders.
    case mirroredFilter
    case linear
    case lookUp
    case add
    case subtract
    case multiply
    case scaleChannels
    case addPosition
    case maxPool
    case maxPoolWithGaps
    case averagePool
    case averagePoolWithGaps
    case globalAverage
    case globalMax
    case deviation
    case deviationWithGaps
    case poolNormalised
    case poolNormalisedWithGaps
    case poolWeighted
    case poolWeightedWithGaps
    case upsample
    case upsampleNearest
    case shuffle
    case parametricReLU
    case softmax
    /// One operand's channels among those of a joined row, as often as there are operands.
    case concatenate
    case slice
    case pad
    case attention
    /// Decoding and suppression of an SSD's boxes, and of YOLO's.
    case findSSD
    case findYOLO

    /// The kernel that takes its place where the window's taps lie apart; itself where they do not.
    func over(_ window: Window) -> DeviceKernel {
        guard window.dilation != 1 else { return self }
        return switch self {
        case .convolution: .convolutionWithGaps
        case .depthwise, .depthwise3x3: .depthwiseWithGaps
        case .maxPool: .maxPoolWithGaps
        case .averagePool: .averagePoolWithGaps
        case .deviation: .deviationWithGaps
        case .poolNormalised: .poolNormalisedWithGaps
        case .poolWeighted: .poolWeightedWithGaps
        case .pixels, .mirroredFilter, .linear, .lookUp, .add, .subtract, .multiply, .scaleChannels, .addPosition,
            .globalAverage,
            .globalMax,
            .upsample, .upsampleNearest, .shuffle, .parametricReLU, .softmax, .concatenate, .slice, .pad, .attention,
            .findSSD, .findYOLO, .convolutionWithGaps, .depthwiseWithGaps, .maxPoolWithGaps,
            .averagePoolWithGaps, .deviationWithGaps, .poolNormalisedWithGaps, .poolWeightedWithGaps:
            self
        }
    }

    /// What `DeviceCall.work` counts for it, in its order.
    package var work: [String] {
        switch self {
        case .pixels: ["number"]
        case .convolution, .convolutionWithGaps: ["product", "output", "gathered number", "gathered line", "row"]
        case .depthwise3x3, .depthwise, .depthwiseWithGaps: ["product", "output", "channel of a row"]
        case .mirroredFilter: ["product", "output", "row"]
        case .linear: ["product", "output"]
        case .lookUp, .add, .subtract, .multiply, .scaleChannels, .addPosition, .upsample, .upsampleNearest, .shuffle,
            .parametricReLU, .pad:
            ["output", "row"]
        case .softmax, .concatenate, .slice: ["output", "pixel", "row"]
        case .maxPool, .averagePool, .deviation, .poolNormalised, .poolWeighted, .maxPoolWithGaps, .averagePoolWithGaps,
            .deviationWithGaps, .poolNormalisedWithGaps, .poolWeightedWithGaps:
            ["window element", "output", "row"]
        case .globalAverage, .globalMax: ["input", "output", "row"]
        case .attention: ["product of a projection", "product with keys or values", "score", "number of a token"]
        case .findSSD, .findYOLO: ["score"]
        }
    }
}
