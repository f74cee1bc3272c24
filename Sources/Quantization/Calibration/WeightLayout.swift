import Foundation
import Networks

/// Brings weights from PyTorch's order into that of the kernels.
enum WeightLayout {
    /// `[O][C / groups][kh][kw]` to `[O][kh][kw][C / groups]`.
    static func convolution(_ weights: [Float], _ details: Convolution, bias: [Float]) -> (
        weights: [Float], bias: [Float]
    ) {
        let (depth, taps) = (details.inputChannels / details.groups, details.window.kernel.area)
        var result: [Float] = []
        result.reserveCapacity(weights.count)
        for output in 0..<details.outputChannels {
            for tap in 0..<taps {
                for channel in 0..<depth { result.append(weights[(output * depth + channel) * taps + tap]) }
            }
        }
        return (result, bias)
    }

    /// `[C][taps]` to `[taps][C]`.
    static func depthwise<Number>(_ numbers: [Number], channels: Int) -> [Number] {
        let taps = numbers.count / max(1, channels)
        return (0..<numbers.count).map { numbers[$0 % channels * taps + $0 / channels] }
    }

    /// Columns of a flattened map `[C, H, W]`, channels slowest, to the order in which NHWC memory has them.
    static func linear(_ weights: [Float], of shape: Shape) -> [Float] {
        let (channels, area) = (shape.channels, shape.size.area)
        guard area > 1 else { return weights }
        let inputs = channels * area
        return (0..<weights.count).map { index in
            let (row, column) = (index / inputs, index % inputs)
            return weights[row * inputs + column % channels * area + column / channels]
        }
    }
}

extension Activation.Function {
    /// Of one number.
    func value(_ x: Double) -> Double {
        switch self {
        case .relu: max(x, 0)
        case .relu6: min(max(x, 0), 6)
        case .sigmoid: 1 / (1 + exp(-x))
        case .hardSwish: x * min(max(x + 3, 0), 6) / 6
        case .hardSigmoid: min(max(x + 3, 0), 6) / 6
        case .exponential: exp(x)
        case .softplus: x > 30 ? x : log(1 + exp(x))
        case .tanh: Foundation.tanh(x)
        case .hardTanh: min(max(x, -1), 1)
        case .identity: x
        }
    }
}
