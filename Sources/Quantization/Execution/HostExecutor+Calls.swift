import DeviceRuntime
import Networks

extension HostExecutor {
    /// Makes a call: reads its operands and writes one row of its output.
    ///
    /// Swift's calls are typed, so that each function has to stand here once, with the labels that tell it from others of its name. What it
    /// is called with is not told again: arguments are taken from the call's list, one after the other.
    ///
    /// - Parameters:
    ///   - y: the pass; of a call in place the row that it works on.
    ///   - image: where its rows arrive.
    ///   - isInPlace: whether it works on the row that was just written.
    func make(
        _ call: KernelCall, _ y: Int, _ step: KernelProgram.Step, _ image: UnsafeBufferPointer<UInt8>,
        _ output: UnsafeMutablePointer<Int8>, isInPlace: Bool
    ) {
        if case .pixels(let tables, _) = call.kernel { return convert(image, row: y, tables, call.output, output) }
        for arguments in call.invocations {
            var next = HostArguments(
                arguments, executor: self, step: step, y: y, output: output, isInPlace: isInPlace)
            make(call.kernel, &next)
            next.finish()
        }
    }

    private func make(_ kernel: Kernel, _ next: inout HostArguments) {
        switch kernel {
        case .pixels: break
        case .convolution where next.hasGaps:
            convolveRow(
                next.pass(), next.rows(), next.geometry(), dilation: next.dilation(), weights: next.int8(),
                next.requantisation(), columns: next.columns(), to: next.output())
        case .convolution:
            convolveRow(
                next.pass(), next.rows(), next.geometry(), weights: next.int8(), next.requantisation(),
                columns: next.columns(), to: next.output())
        case .depthwise where next.hasGaps:
            convolveDepthwiseRow(
                next.pass(), next.rows(), next.geometry(), dilation: next.dilation(), weights: next.int8(),
                next.requantisation(), to: next.output())
        case .depthwise:
            convolveDepthwiseRow(
                next.pass(), next.rows(), next.geometry(), weights: next.int8(), next.requantisation(),
                to: next.output())
        case .mirroredFilter:
            filterMirroredRow(
                next.pass(), next.rows(), next.geometry(), weights: next.int8(), next.requantisation(),
                to: next.output())
        case .linear(_, _, _, _, _, roundsOnce: true):
            multiplyRoundingOnce(
                next.int8(), inputs: next.integer(), zero: next.integer(), weights: next.int8(),
                outputs: next.integer(), next.requantisation(), to: next.output())
        case .linear:
            multiply(
                next.int8(), inputs: next.integer(), zero: next.integer(), weights: next.int8(),
                outputs: next.integer(), next.requantisation(), to: next.output())
        case .lookUp: lookUp(next.int8(), count: next.integer(), next.int8(), to: next.output())
        case .add, .shiftChannels(_, _, _, _, isDifference: false):
            add(
                next.int8(), next.addend(), next.int8(), next.addend(), next.scaled(), width: next.integer(),
                channels: next.integer(), spread: next.spread(), to: next.output())
        case .subtract, .shiftChannels:
            subtract(
                next.int8(), next.addend(), next.int8(), next.addend(), next.scaled(), width: next.integer(),
                channels: next.integer(), spread: next.spread(), to: next.output())
        case .multiply, .scaleChannels:
            multiply(
                next.int8(), zero: next.integer(), next.int8(), zero: next.integer(), next.scaled(),
                width: next.integer(), channels: next.integer(), spread: next.spread(), to: next.output())
        case .addPosition:
            addPosition(
                next.int8(), next.addend(), columns: next.int8(), rows: next.int8(), next.addend(), next.scaled(),
                y: next.pass(), width: next.integer(), channels: next.integer(), to: next.output())
        case .maxPool where next.hasGaps:
            maxPoolRow(
                next.pass(), next.rows(), next.size(), next.window(), dilation: next.dilation(),
                width: next.integer(), to: next.output())
        case .maxPool:
            maxPoolRow(
                next.pass(), next.rows(), next.size(), next.window(), width: next.integer(), to: next.output())
        case .averagePool where next.hasGaps:
            averagePoolRow(
                next.pass(), next.rows(), next.size(), next.window(), dilation: next.dilation(),
                width: next.integer(), countsPadding: next.flag(), zero: next.integer(), sums: next.words(),
                to: next.output())
        case .averagePool:
            averagePoolRow(
                next.pass(), next.rows(), next.size(), next.window(), width: next.integer(),
                countsPadding: next.flag(), zero: next.integer(), sums: next.words(), to: next.output())
        case .deviation where next.hasGaps:
            deviationRow(
                next.pass(), next.rows(), next.size(), next.window(), dilation: next.dilation(),
                width: next.integer(), zero: next.integer(), next.scaled(), sums: next.words(), to: next.output())
        case .deviation:
            deviationRow(
                next.pass(), next.rows(), next.size(), next.window(), width: next.integer(), zero: next.integer(),
                next.scaled(), sums: next.words(), to: next.output())
        case .globalAverage:
            globalAverageRow(
                next.pass(), next.int8(), next.size(), zero: next.integer(), next.scaled(), sums: next.words(),
                to: next.output())
        case .globalMax:
            globalMaxRow(next.pass(), next.int8(), next.size(), maxima: next.bytes(), to: next.output())
        case .poolNormalised where next.hasGaps:
            poolNormalisedRow(
                next.pass(), next.rows(), next.size(), next.poolingWeights(), next.window(),
                dilation: next.dilation(), width: next.integer(), zero: next.integer(), sums: next.words(),
                to: next.output())
        case .poolNormalised:
            poolNormalisedRow(
                next.pass(), next.rows(), next.size(), next.poolingWeights(), next.window(), width: next.integer(),
                zero: next.integer(), sums: next.words(), to: next.output())
        case .poolWeighted where next.hasGaps:
            poolWeightedRow(
                next.pass(), next.rows(), next.size(), next.poolingWeights(), next.window(),
                dilation: next.dilation(), width: next.integer(), zero: next.integer(), next.scaled(),
                sums: next.words(), to: next.output())
        case .poolWeighted:
            poolWeightedRow(
                next.pass(), next.rows(), next.size(), next.poolingWeights(), next.window(), width: next.integer(),
                zero: next.integer(), next.scaled(), sums: next.words(), to: next.output())
        case .upsample: upsampleRow(next.pass(), next.rows(), next.size(), to: next.output(), next.size())
        case .resize: resizeRow(next.pass(), next.rows(), next.size(), to: next.output(), next.size())
        case .upsampleNearest:
            copyRow(
                next.pass(), next.rows(), channels: next.integer(), rows: next.copies(), columns: next.copies(),
                width: next.integer(), to: next.output())
        case .rectify:
            rectify(
                next.int8(), zero: next.integer(), slopes: next.int8(), zero: next.integer(),
                positive: next.multiplier(), next.scaled(), width: next.integer(), channels: next.integer(),
                to: next.output())
        case .softmax:
            softmaxRow(
                next.int8(), exponentials: next.int32(), width: next.integer(), channels: next.integer(),
                to: next.output())
        case .concatenate where next.hasTable:
            joinRow(
                next.int8(), channels: next.integer(), table: next.int8(), at: next.integer(), of: next.integer(),
                width: next.integer(), to: next.output())
        case .concatenate:
            joinRow(
                next.int8(), channels: next.integer(), at: next.integer(), of: next.integer(), width: next.integer(),
                to: next.output())
        case .slice:
            sliceRow(
                next.int8(), channels: next.integer(), from: next.integer(), count: next.integer(),
                width: next.integer(), to: next.output())
        case .pad:
            padRow(
                next.pass(), next.rows(), next.size(), top: next.integer(), left: next.integer(),
                value: next.integer(), width: next.integer(), to: next.output())
        case .shuffle:
            shuffleRow(
                next.pass(), next.rows(), next.size(), factor: next.integer(), toDepth: next.flag(),
                to: next.output(), next.size())
        case .attention:
            attendRow(
                next.pass(), next.rows(), next.attentionGeometry(), next.attentionWeights(),
                next.attentionMemory(), to: next.output())
        }
    }

    private func convert(
        _ image: UnsafeBufferPointer<UInt8>, row: Int, _ tables: ConstantID, _ shape: Shape,
        _ output: UnsafeMutablePointer<Int8>
    ) {
        let (table, channels) = (constants.int8(tables), shape.channels)
        let start = row * shape.width * channels
        for index in 0..<shape.width * channels {
            output[index] = table[index % channels * 256 + Int(image[start + index])]
        }
    }
}
