import Quantization

/// The cases of `Kernel` without what they hold. A new case does not compile here until it has a name, and a name fails the tests until
/// its call is written down, a made-up network has it, and it stands in a kernel case.
package enum KernelName: String, CaseIterable, Sendable {
    case pixels, convolution, depthwise, linear, lookUp, add, multiply, scaleChannels, addPosition, maxPool, averagePool
    case globalAverage, deviation, poolNormalised, poolWeighted, upsample, shuffle, attention
    case linearOnce, subtract, globalMax, resize, upsampleNearest, rectify, softmax, concatenate, slice, pad
    case shiftChannels, mirroredFilter

    package init(_ kernel: Kernel) {
        self =
            switch kernel {
            case .pixels: .pixels
            case .convolution: .convolution
            case .depthwise: .depthwise
            case .mirroredFilter: .mirroredFilter
            case .linear(_, _, _, _, _, let roundsOnce): roundsOnce ? .linearOnce : .linear
            case .lookUp: .lookUp
            case .add: .add
            case .multiply: .multiply
            case .scaleChannels: .scaleChannels
            case .shiftChannels: .shiftChannels
            case .addPosition: .addPosition
            case .maxPool: .maxPool
            case .averagePool: .averagePool
            case .globalAverage: .globalAverage
            case .deviation: .deviation
            case .poolNormalised: .poolNormalised
            case .poolWeighted: .poolWeighted
            case .upsample: .upsample
            case .shuffle: .shuffle
            case .attention: .attention
            case .subtract: .subtract
            case .globalMax: .globalMax
            case .resize: .resize
            case .upsampleNearest: .upsampleNearest
            case .rectify: .rectify
            case .softmax: .softmax
            case .concatenate: .concatenate
            case .slice: .slice
            case .pad: .pad
            }
    }

    /// Kernels that have a function of their own for windows with gaps.
    package static let windows: Set<KernelName> = [
        .convolution, .depthwise, .maxPool, .averagePool, .deviation, .poolNormalised, .poolWeighted,
    ]
}

extension KernelCall {
    /// Whether it is a call of a function for windows with gaps.
    package var hasGaps: Bool {
        values.contains { value in
            if case .dilation = value { return true }
            return false
        }
    }
}
