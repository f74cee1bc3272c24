import DeviceRuntime
import Networks

extension HostExecutor {
    /// The first call of a step: reads its operands and writes one row of its output.
    func call(
        _ call: KernelCall, _ pass: Int, _ step: KernelProgram.Step, _ image: UnsafeBufferPointer<UInt8>,
        _ output: UnsafeMutablePointer<Int8>
    ) {
        let width = call.output.width
        switch call.kernel {
        case .pixels(let tables, _): convert(image, row: pass, tables: tables, call.output, output)
        case .convolution(let window, let groups, let zero, let weights, let scaling, _):
            let geometry = geometry(call, window, groups, zero)
            if let gaps = window.gaps {
                convolveRow(
                    pass, rows(step, 0), geometry, dilation: gaps, weights: constants.int8(weights),
                    requantisation(scaling), columns: work, to: output)
            } else {
                convolveRow(
                    pass, rows(step, 0), geometry, weights: constants.int8(weights), requantisation(scaling),
                    columns: work, to: output)
            }
        case .depthwise(let window, let zero, let weights, let scaling):
            let geometry = geometry(call, window, call.output.channels, zero)
            if let gaps = window.gaps {
                convolveDepthwiseRow(
                    pass, rows(step, 0), geometry, dilation: gaps, weights: constants.int8(weights),
                    requantisation(scaling), to: output)
            } else {
                convolveDepthwiseRow(
                    pass, rows(step, 0), geometry, weights: constants.int8(weights), requantisation(scaling),
                    to: output)
            }
        case .linear(let inputs, let zero, let weights, let outputs, let scaling):
            multiply(
                rows(step, 0).start, inputs: inputs, zero: Int32(zero), weights: constants.int8(weights),
                outputs: outputs, requantisation(scaling), to: output)
        case .add(let first, let second, let scaling, let spread):
            let operands = elementRows(step, pass, spread)
            add(
                operands.0, addend(first), operands.1, addend(second), scaledOutput(scaling), width: width,
                channels: call.output.channels, spread: spread.runtime, to: output)
        case .multiply(let zeros, let scaling, let spread):
            let operands = elementRows(step, pass, spread)
            multiply(
                operands.0, zero: Int32(zeros[0]), operands.1, zero: Int32(zeros[1]), scaledOutput(scaling),
                width: width, channels: call.output.channels, spread: spread.runtime, to: output)
        case .lookUp, .scaleChannels, .addPosition: callElementwise(call, pass, from: rows(step, 0)[pass], output)
        case .maxPool, .averagePool, .deviation, .poolNormalised, .poolWeighted: pool(call, pass, step, output)
        case .globalAverage(let zero, let scaling):
            globalAverageRow(
                pass, rows(step, 0)[pass], call.inputs[0].map, zero: Int32(zero), scaledOutput(scaling),
                sums: sums(step), to: output)
        case .upsample: upsampleRow(pass, rows(step, 0), call.inputs[0].map, to: output, call.output.map)
        case .shuffle(let factor):
            shuffleRow(pass, rows(step, 0), call.inputs[0].map, factor: factor, to: output, call.output.map)
        case .attention(let heads, let zero, let octaves, let query, let key, let value, let projection):
            attendRow(
                pass, rows(step, 0),
                AttentionGeometry(
                    size: call.output.map, heads: heads, zero: Int32(zero),
                    octaves: Multiplier(octaves.multiplier, shift: octaves.shift)),
                AttentionWeights(
                    query: constants.int8(query.weights), requantisation(query.scaling),
                    key: constants.int8(key.weights), requantisation(key.scaling),
                    value: constants.int8(value.weights), requantisation(value.scaling),
                    output: constants.int8(projection.weights), requantisation(projection.scaling)),
                AttentionMemory(
                    keysAndValues: scratch(step, 0).assumingMemoryBound(to: Int8.self),
                    scores: scratch(step, 1).assumingMemoryBound(to: Int32.self),
                    token: scratch(step, 2).assumingMemoryBound(to: Int8.self)), to: output)
        }
    }

    /// What works in place on a row that was just written.
    func callInPlace(_ call: KernelCall, _ row: Int, _ output: UnsafeMutablePointer<Int8>) {
        callElementwise(call, row, from: output, output)
    }

    private func callElementwise(
        _ call: KernelCall, _ row: Int, from input: UnsafePointer<Int8>, _ output: UnsafeMutablePointer<Int8>
    ) {
        let (width, channels) = (call.output.width, call.output.channels)
        switch call.kernel {
        case .lookUp(let table): lookUp(input, count: width * channels, constants.int8(table), to: output)
        case .scaleChannels(let zero, let factors, let scaling):
            multiply(
                input, zero: Int32(zero), constants.int8(factors), zero: 0, scaledOutput(scaling), width: width,
                channels: channels, spread: .second, to: output)
        case .addPosition(let token, let columns, let rows, let position, let scaling):
            addPosition(
                input, addend(token), columns: constants.int8(columns), rows: constants.int8(rows), addend(position),
                scaledOutput(scaling), y: row, width: width, channels: channels, to: output)
        case .pixels, .convolution, .depthwise, .linear, .add, .multiply, .maxPool, .averagePool, .globalAverage,
            .deviation, .poolNormalised, .poolWeighted, .upsample, .shuffle, .attention:
            preconditionFailure("\(call.kernel.functionName) does not work element by element")
        }
    }

    private func convert(
        _ image: UnsafeBufferPointer<UInt8>, row: Int, tables: ConstantID, _ shape: Shape,
        _ output: UnsafeMutablePointer<Int8>
    ) {
        let (table, channels) = (constants.int8(tables), shape.channels)
        let start = row * shape.width * channels
        for index in 0..<shape.width * channels {
            output[index] = table[index % channels * 256 + Int(image[start + index])]
        }
    }

    private func elementRows(
        _ step: KernelProgram.Step, _ pass: Int, _ spread: KernelSpread
    ) -> (UnsafePointer<Int8>, UnsafePointer<Int8>) {
        let (a, b) = (rows(step, 0), rows(step, 1))
        return (spread == .first ? a.start : a[pass], spread == .second ? b.start : b[pass])
    }

    private func geometry(_ call: KernelCall, _ window: Window, _ groups: Int, _ zero: Int) -> ConvolutionGeometry {
        ConvolutionGeometry(
            input: call.inputs[0].map, output: call.output.map, window: window.runtime, groups: groups,
            zero: Int32(zero)
        )
    }

    private func requantisation(_ scaling: ChannelScaling) -> Requantisation {
        Requantisation(
            bias: constants.int32(scaling.bias), multipliers: constants.int32(scaling.multipliers),
            shifts: constants.int32(scaling.shifts), zero: Int32(scaling.zero), low: Int32(scaling.low),
            high: Int32(scaling.high))
    }
}

private func addend(_ scaling: AddendScaling) -> Addend {
    Addend(zero: Int32(scaling.zero), multiplier: scaling.scale.multiplier, shift: scaling.scale.shift)
}

func scaledOutput(_ scaling: OutputScaling) -> ScaledOutput {
    ScaledOutput(
        multiplier: scaling.scale.multiplier, shift: scaling.scale.shift, zero: Int32(scaling.zero),
        low: Int32(scaling.low), high: Int32(scaling.high))
}

extension Shape {
    var map: MapSize { MapSize(height: height, width: width, channels: channels) }
}

extension Window {
    var runtime: SlidingWindow {
        SlidingWindow(
            height: kernel.height, width: kernel.width, verticalStride: stride.height, horizontalStride: stride.width,
            top: before.height, left: before.width)
    }

    /// Nil for a window without gaps, which has a kernel of its own.
    var gaps: Dilation? {
        dilation == 1 ? nil : Dilation(vertical: dilation.height, horizontal: dilation.width)
    }
}

extension KernelSpread {
    fileprivate var runtime: Spread {
        switch self {
        case .none: .none
        case .first: .first
        case .second: .second
        }
    }
}
