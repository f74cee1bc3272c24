import DeviceRuntime
import Networks

extension HostExecutor {
    /// A pooling: writes one row of its output.
    func pool(_ call: KernelCall, _ pass: Int, _ step: KernelProgram.Step, _ output: UnsafeMutablePointer<Int8>) {
        let (input, size, width) = (rows(step, 0), call.inputs[0].map, call.output.width)
        switch call.kernel {
        case .maxPool(let window):
            if let gaps = window.gaps {
                maxPoolRow(pass, input, size, window.runtime, dilation: gaps, width: width, to: output)
            } else {
                maxPoolRow(pass, input, size, window.runtime, width: width, to: output)
            }
        case .averagePool(let window, let countsPadding, let zero):
            let zero = Int32(zero)
            if let gaps = window.gaps {
                averagePoolRow(
                    pass, input, size, window.runtime, dilation: gaps, width: width, countsPadding: countsPadding,
                    zero: zero, sums: sums(step), to: output)
            } else {
                averagePoolRow(
                    pass, input, size, window.runtime, width: width, countsPadding: countsPadding, zero: zero,
                    sums: sums(step), to: output)
            }
        case .deviation(let window, let zero, let scaling):
            let (zero, scale) = (Int32(zero), scaledOutput(scaling))
            if let gaps = window.gaps {
                deviationRow(
                    pass, input, size, window.runtime, dilation: gaps, width: width, zero: zero, scale,
                    sums: sums(step), to: output)
            } else {
                deviationRow(
                    pass, input, size, window.runtime, width: width, zero: zero, scale, sums: sums(step), to: output)
            }
        case .poolNormalised(let window, let zero, let offset, let rowOf, let columnOf):
            let (zero, weights) = (Int32(zero), poolingWeights(step, rowOf, columnOf, offset))
            if let gaps = window.gaps {
                poolNormalisedRow(
                    pass, input, size, weights, window.runtime, dilation: gaps, width: width, zero: zero,
                    sums: sums(step), to: output)
            } else {
                poolNormalisedRow(
                    pass, input, size, weights, window.runtime, width: width, zero: zero, sums: sums(step),
                    to: output)
            }
        case .poolWeighted(let window, let zero, let offset, let rowOf, let columnOf, let scaling):
            let (zero, scale) = (Int32(zero), scaledOutput(scaling))
            let weights = poolingWeights(step, rowOf, columnOf, offset)
            if let gaps = window.gaps {
                poolWeightedRow(
                    pass, input, size, weights, window.runtime, dilation: gaps, width: width, zero: zero, scale,
                    sums: sums(step), to: output)
            } else {
                poolWeightedRow(
                    pass, input, size, weights, window.runtime, width: width, zero: zero, scale, sums: sums(step),
                    to: output)
            }
        case .pixels, .convolution, .depthwise, .linear, .lookUp, .add, .multiply, .scaleChannels, .addPosition,
            .globalAverage, .upsample, .shuffle, .attention:
            preconditionFailure("\(call.kernel.functionName) pools no windows")
        }
    }

    private func poolingWeights(
        _ step: KernelProgram.Step, _ rowOf: ConstantID, _ columnOf: ConstantID, _ offset: Int
    ) -> PoolingWeights {
        PoolingWeights(
            rows(step, 1), rowOf: constants.uint16(rowOf), columnOf: constants.uint16(columnOf), offset: Int32(offset))
    }
}
