import Foundation
import Networks
import Planning

/// Writes the kernel calls of steps, one after the other, and collects their constants.
struct KernelWriter {
    private(set) var constants: [KernelConstant] = []
    private(set) var workBytes = 0
    let model: QuantizedModel

    init(_ model: QuantizedModel) { self.model = model }

    /// The calls of one step.
    ///
    /// - Throws: `QuantizationError` that names the node where something is missing or does not fit.
    mutating func calls(of step: DeviceStep) throws(QuantizationError) -> [KernelCall] {
        var calls: [KernelCall] = []
        var inputs: [AffineQuantization] = []
        for operand in step.operands { inputs.append(try quantization(operand.name)) }
        var shapes = step.operandShapes
        for part in step.parts {
            let output = part.name == model.network.input.name ? model.pixels.quantization : try quantization(part.name)
            let kernel: Kernel
            switch part {
            case .operation(let node, let limit):
                let place = Place(node: node, inputs: inputs, shapes: shapes, output: output, shape: step.outputShape)
                kernel = try operation(place, limit)
            case .table(let nodes):
                kernel = .lookUp(table: try table(nodes[nodes.count - 1].name))
            case .position(let node):
                kernel = try addPosition(node.name, inputs[0], output, step.outputShape)
            case .channelScale(let node):
                kernel = try scaleChannels(node.name, inputs[0], output, step.outputShape)
            }
            calls.append(
                KernelCall(
                    name: part.name, nodes: part.nodes.map(\.name), kernel: kernel, inputs: shapes,
                    output: step.outputShape))
            (inputs, shapes) = ([output], [step.outputShape])
        }
        return calls
    }

    /// Of a value.
    func quantization(_ name: String) throws(QuantizationError) -> AffineQuantization {
        guard let quantization = model.values[name] else {
            throw QuantizationError("\(name): the int8 model has no scale and zero point for it")
        }
        guard quantization.scale.isFinite, (1e-30...1e30).contains(quantization.scale),
            (-8192...127).contains(quantization.zeroPoint)
        else {
            throw QuantizationError(
                "\(name): a scale of \(quantization.scale) and a zero point of \(quantization.zeroPoint) are no quantisation"
            )
        }
        return quantization
    }

    /// An operation with all that its constants depend on.
    struct Place {
        let node: Node
        let inputs: [AffineQuantization]
        let shapes: [Shape]
        let output: AffineQuantization
        /// Of the output.
        let shape: Shape

        var name: String { node.name }
    }

    private mutating func operation(_ place: Place, _ limit: Node?) throws(QuantizationError) -> Kernel {
        let limits = limits(limit, place.output)
        switch place.node.operation {
        case .input:
            let tables = model.pixels.tables
            return .pixels(
                tables: add(place.name, "pixels", [tables.count, 256], .int8(tables.flatMap { $0 })),
                isOffset: model.pixels.isUniform)
        case .convolution(let details):
            return try convolution(
                place, details.window, groups: details.groups, outputs: details.outputChannels, limits)
        case .fixedFilter(let details):
            return try convolution(
                place, details.window, groups: place.shapes[0].channels, outputs: place.shape.channels, limits)
        case .linear(let details):
            let zero = try zeroPoint(place, 0)
            let (weights, scaling) = try weighted(
                place.name, [details.outputFeatures, details.inputFeatures], place.inputs[0], place.output, limits)
            return .linear(
                inputs: details.inputFeatures, zero: zero, weights: weights, outputs: details.outputFeatures,
                scaling: scaling)
        case .add: return try sum(place, limits)
        case .multiply: return try product(place, limits)
        case .maxPool(let details):
            try requireSame(place)
            return .maxPool(window: details.window)
        case .averagePool(let details):
            try requireSame(place)
            try requireBounded(place, Double(details.window.kernel.area) * 255)
            return .averagePool(
                window: details.window, countsPadding: details.countsPadding, zero: try zeroPoint(place, 0))
        case .globalAveragePool:
            let area = Double(place.shapes[0].size.area)
            let scale = FixedPointScale(place.inputs[0].scale / (place.output.scale * area))
            try requireBounded(place, area * 255, scale)
            return .globalAverage(zero: try zeroPoint(place, 0), scaled(scale, place.output, limits))
        case .localDeviation(let details):
            let area = Double(details.window.kernel.area)
            guard details.window.kernel.area <= 256 else {
                throw QuantizationError(
                    "\(place.name): its window \(details.window.kernel) is larger than int8 kernels take: use at most 256 pixels"
                )
            }
            let scale = FixedPointScale(place.inputs[0].scale / (256 * place.output.scale * area))
            try requireBounded(place, 16_777_216, scale)
            return .deviation(
                window: details.window, zero: try zeroPoint(place, 0), scaled(scale, place.output, limits))
        case .windowPool(let details): return try windowPool(details, place, limits)
        case .upsampleBilinear:
            try requireSame(place)
            return .upsample
        case .depthToSpace(let details):
            try requireSame(place)
            return .shuffle(factor: details.factor)
        case .multiHeadAttention(let details): return try attention(details, place)
        case .batchNorm, .instanceNorm, .activation, .scale, .dropout, .gaussianNoise, .powerPool, .comparisonPool,
            .rnnPool, .attentionHead, .positionEmbedding, .flatten:
            throw QuantizationError("\(place.name): there is no int8 kernel for \(place.node.operation.kind)")
        }
    }

    // MARK: - Convolutions

    private mutating func convolution(
        _ place: Place, _ window: Window, groups: Int, outputs: Int, _ limits: Limits
    ) throws(QuantizationError) -> Kernel {
        let inputs = place.shapes[0].channels
        let zero = try zeroPoint(place, 0)
        if groups > 1, groups == inputs, groups == outputs {
            let (weights, scaling) = try weighted(
                place.name, [window.kernel.height, window.kernel.width, outputs], place.inputs[0], place.output, limits,
                isDepthwise: true)
            return .depthwise(window: window, zero: zero, weights: weights, scaling: scaling)
        }
        let shape = [outputs, window.kernel.height, window.kernel.width, inputs / groups]
        let (weights, scaling) = try weighted(place.name, shape, place.inputs[0], place.output, limits)
        // Two windows of int16, in whole quads: `ConvolutionGeometry.columnBytes`.
        let columnBytes = 4 * ((window.kernel.area * (inputs / groups) + 3) / 4 * 4)
        workBytes = max(workBytes, columnBytes)
        return .convolution(
            window: window, groups: groups, zero: zero, weights: weights, scaling: scaling, columnBytes: columnBytes)
    }

    /// Weights of a name with the tables that take their sums to int8. Output channels are outermost, in depthwise weights innermost.
    private mutating func weighted(
        _ name: String, _ shape: [Int], _ input: AffineQuantization, _ output: AffineQuantization, _ limits: Limits,
        isDepthwise: Bool = false
    ) throws(QuantizationError) -> (weights: ConstantID, scaling: ChannelScaling) {
        let outputs = isDepthwise ? shape[shape.count - 1] : shape[0]
        let count = shape.reduce(1, *)
        let weights = try self.weights(name)
        guard weights.numbers.count == count, weights.scales.count == outputs, weights.bias.count == outputs else {
            throw QuantizationError(
                "\(name): its weights are \(weights.numbers.count) numbers, \(weights.scales.count) scales and "
                    + "\(weights.bias.count) biases, and not \(count), \(outputs) and \(outputs)")
        }
        if let channel = weights.scales.firstIndex(where: { !($0.isFinite && $0 > 0) }) {
            throw QuantizationError(
                "\(name): the scale of its output channel \(channel) is \(weights.scales[channel]), and scales are above 0: quantise the run again"
            )
        }
        let scales = weights.scales.map { FixedPointScale(input.scale * Double($0) / output.scale) }
        let reach = Int(max(127 - input.zeroPoint, input.zeroPoint + 128))
        for channel in 0..<outputs {
            var sum = 0
            if isDepthwise {
                for index in stride(from: channel, to: count, by: outputs) { sum += abs(Int(weights.numbers[index])) }
            } else {
                let size = count / max(1, outputs)
                for index in channel * size..<(channel + 1) * size { sum += abs(Int(weights.numbers[index])) }
            }
            let most = Double(sum * reach) + abs(Double(weights.bias[channel]))
            guard most * exp2(Double(max(0, scales[channel].shift))) < 1_073_741_824 else {
                throw QuantizationError(
                    "\(name): sums of its output channel \(channel) may leave the range that int8 kernels take: its weights and its "
                        + "output differ too much in scale")
            }
        }
        return (
            add(name, "weight", shape, .int8(weights.numbers)),
            ChannelScaling(
                bias: add(name, "bias", [outputs], .int32(weights.bias)),
                multipliers: add(name, "multipliers", [outputs], .int32(scales.map(\.multiplier))),
                shifts: add(name, "shifts", [outputs], .int32(scales.map(\.shift))), zero: output.zeroPoint,
                low: limits.low, high: limits.high)
        )
    }

    // MARK: - Element by element

    private func sum(_ place: Place, _ limits: Limits) throws(QuantizationError) -> Kernel {
        let (spread, zeros) = (try spread(place), [try zeroPoint(place, 0), try zeroPoint(place, 1)])
        let (first, second, output) = try addition(place.name, place.inputs[0], place.inputs[1], place.output, limits)
        return .add(
            AddendScaling(zero: zeros[0], scale: first), AddendScaling(zero: zeros[1], scale: second), output,
            spread: spread)
    }

    private func product(_ place: Place, _ limits: Limits) throws(QuantizationError) -> Kernel {
        let (spread, zeros) = (try spread(place), [try zeroPoint(place, 0), try zeroPoint(place, 1)])
        let scale = FixedPointScale(place.inputs[0].scale * place.inputs[1].scale / place.output.scale)
        try requireBounded(place, 65_025, scale)
        return .multiply(zeros: zeros, scaled(scale, place.output, limits), spread: spread)
    }

    /// LiteRT's sum: both operands over twice the larger scale, with 20 bits behind the point.
    private func addition(
        _ name: String, _ a: AffineQuantization, _ b: AffineQuantization, _ output: AffineQuantization, _ limits: Limits
    ) throws(QuantizationError) -> (FixedPointScale, FixedPointScale, OutputScaling) {
        let twice = 2 * max(a.scale, b.scale)
        let scale = FixedPointScale(twice / (1_048_576 * output.scale))
        try requireBounded(name, 255 * 1_048_576, scale)
        return (FixedPointScale(a.scale / twice), FixedPointScale(b.scale / twice), scaled(scale, output, limits))
    }

    private mutating func scaleChannels(
        _ name: String, _ input: AffineQuantization, _ output: AffineQuantization, _ shape: Shape
    ) throws(QuantizationError) -> Kernel {
        let (weights, factor) = (try weights(name), try quantization("\(name).factor"))
        guard weights.numbers.count == shape.channels, factor.zeroPoint == 0, (-128...127).contains(input.zeroPoint)
        else {
            throw QuantizationError("\(name): it has \(weights.numbers.count) factors for \(shape.channels) channels")
        }
        let scale = FixedPointScale(input.scale * factor.scale / output.scale)
        try requireBounded(name, 65_025, scale)
        return .scaleChannels(
            zero: input.zeroPoint, factors: add(name, "factor", [shape.channels], .int8(weights.numbers)),
            scaled(scale, output, Limits()))
    }

    private mutating func addPosition(
        _ name: String, _ input: AffineQuantization, _ output: AffineQuantization, _ shape: Shape
    ) throws(QuantizationError) -> Kernel {
        let (weights, table) = (try weights(name), try quantization("\(name).table"))
        let half = shape.channels / 2
        guard weights.numbers.count == (shape.width + shape.height) * half, shape.channels % 2 == 0,
            (-128...127).contains(table.zeroPoint), (-128...127).contains(input.zeroPoint)
        else { throw QuantizationError("\(name): its tables of positions do not fit its map \(shape)") }
        let (first, second, scaling) = try addition(name, input, table, output, Limits())
        return .addPosition(
            AddendScaling(zero: input.zeroPoint, scale: first),
            columns: add(
                name, "columns", [shape.width, half], .int8(Array(weights.numbers.prefix(shape.width * half)))),
            rows: add(name, "rows", [shape.height, half], .int8(Array(weights.numbers.dropFirst(shape.width * half)))),
            AddendScaling(zero: table.zeroPoint, scale: second), scaling)
    }

    private mutating func table(_ name: String) throws(QuantizationError) -> ConstantID {
        guard let table = model.tables[name], table.count == 256 else {
            throw QuantizationError("\(name): the int8 model has no table of 256 for it")
        }
        return add(name, "table", [256], .int8(table))
    }

    // MARK: - Pooling and attention

    private mutating func windowPool(
        _ details: WindowPool, _ place: Place, _ limits: Limits
    ) throws(QuantizationError) -> Kernel {
        let (map, weights) = (place.shapes[0], place.shapes[1])
        let vertical = NearestUpsampling(from: weights.height, to: map.height)
        let horizontal = NearestUpsampling(from: weights.width, to: map.width)
        let window = details.window
        let zero = try zeroPoint(place, 0)
        let offset = -place.inputs[1].zeroPoint
        guard offset >= 128 else {
            throw QuantizationError(
                "\(place.name): its weights may be below 0 in int8 (zero point \(-offset)): they need one of −128 or less"
            )
        }
        guard max(map.height, map.width) <= 65_536 else {
            throw QuantizationError("\(place.name): its map \(map) is beyond int8 kernels: use sides of at most 65536")
        }
        let area = Double(details.window.kernel.area)
        let rowOf = (0..<map.height).map { UInt16(vertical.sourceLine($0)) }
        let columnOf = (0..<map.width).map { UInt16(horizontal.sourceLine($0)) }
        let rows = add(place.name, "rows", [map.height], .uint16(rowOf))
        let columns = add(place.name, "columns", [map.width], .uint16(columnOf))
        let most = area * 255 * Double(offset + 127)
        if details.isNormalised {
            try requireSame(place)
            try requireBounded(place, most)
            return .poolNormalised(window: window, zero: zero, offset: offset, rowOf: rows, columnOf: columns)
        }
        let scale = FixedPointScale(place.inputs[0].scale * place.inputs[1].scale / (place.output.scale * area))
        try requireBounded(place, most, scale)
        return .poolWeighted(
            window: window, zero: zero, offset: offset, rowOf: rows, columnOf: columns,
            scaled(scale, place.output, limits))
    }

    private mutating func attention(_ details: MultiHeadAttention, _ place: Place) throws(QuantizationError) -> Kernel {
        let (name, channels) = (place.name, details.channels)
        let zero = try zeroPoint(place, 0)
        var inner: [AffineQuantization] = []
        for part in ["query", "key", "value"] {
            let quantization = try quantization("\(name).\(part)")
            guard quantization.zeroPoint == 0 else {
                throw QuantizationError(
                    "\(name).\(part): its zero point is \(quantization.zeroPoint), and kernels take 0")
            }
            inner.append(quantization)
        }
        let depth = Double(channels / details.heads)
        let octaves = FixedPointScale(inner[0].scale * inner[1].scale * 256 * M_LOG2E / depth.squareRoot())
        try requireBounded(place, 2 * 128 * 128 * depth, octaves)
        // A shift of more than 31 − 8 bits of the sums is excluded by `weightBits`.
        guard place.shape.size.area < 1 << 20 else {
            throw QuantizationError(
                "\(name): attention over \(place.shape.size) tokens is beyond int8 kernels: use a larger patch")
        }
        let shape = [channels, channels]
        func projection(
            _ part: String, _ input: AffineQuantization, _ output: AffineQuantization
        ) throws(QuantizationError) -> KernelProjection {
            let (weights, scaling) = try weighted("\(name).\(part)", shape, input, output, Limits())
            return KernelProjection(weights: weights, scaling: scaling)
        }
        return .attention(
            heads: details.heads, zero: zero, octaves: octaves,
            query: try projection("query", place.inputs[0], inner[0]),
            key: try projection("key", place.inputs[0], inner[1]),
            value: try projection("value", place.inputs[0], inner[2]),
            output: try projection("output", inner[2], place.output))
    }

    // MARK: - What they share

    struct Limits {
        var low = -128
        var high = 127
    }

    /// A ReLU or ReLU6 as limits of the numbers of a value.
    private func limits(_ node: Node?, _ output: AffineQuantization) -> Limits {
        guard case .activation(let details) = node?.operation else { return Limits() }
        let low = max(-128, min(127, output.zeroPoint))
        guard details.function == .relu6 else { return Limits(low: low) }
        let high = (6 / output.scale).rounded() + Double(output.zeroPoint)
        return Limits(low: low, high: Int(max(Double(low), min(127, high))))
    }

    private func scaled(_ scale: FixedPointScale, _ output: AffineQuantization, _ limits: Limits) -> OutputScaling {
        OutputScaling(scale: scale, zero: output.zeroPoint, low: limits.low, high: limits.high)
    }

    private mutating func add(
        _ name: String, _ part: String, _ shape: [Int], _ content: KernelConstant.Content
    ) -> ConstantID {
        constants.append(KernelConstant(name: "\(name).\(part)", shape: shape, content: content))
        return constants.count - 1
    }

    private func weights(_ name: String) throws(QuantizationError) -> QuantizedModel.Weights {
        guard let weights = model.weights[name] else {
            throw QuantizationError("\(name): the int8 model has no weights for it")
        }
        return weights
    }

    /// An operand's zero point, which has to be an int8.
    private func zeroPoint(_ place: Place, _ operand: Int) throws(QuantizationError) -> Int {
        let zero = place.inputs[operand].zeroPoint
        guard (-128...127).contains(zero) else {
            throw QuantizationError("\(place.name): the zero point of what it reads is \(zero), which is no int8")
        }
        return zero
    }

    private func spread(_ place: Place) throws(QuantizationError) -> KernelSpread {
        let isMap = place.shapes.map { $0 == place.shape }
        switch (isMap[0], isMap[1]) {
        case (true, true): return .none
        case (false, true): return .first
        case (true, false): return .second
        case (false, false): throw QuantizationError("\(place.name): neither operand has the size of its output")
        }
    }

    /// Kernels that only move or average numbers keep their scale.
    private func requireSame(_ place: Place) throws(QuantizationError) {
        guard place.inputs[0] == place.output else {
            throw QuantizationError(
                "\(place.name): its output has another scale or zero point than its input, which it keeps")
        }
    }

    private func requireBounded(_ place: Place, _ most: Double, _ scale: FixedPointScale? = nil)
        throws(QuantizationError)
    {
        try requireBounded(place.name, most, scale)
    }

    /// |sum| · 2^max(shift, 0) stays below 2³⁰.
    private func requireBounded(
        _ name: String, _ most: Double, _ scale: FixedPointScale? = nil
    ) throws(QuantizationError) {
        guard most * exp2(Double(max(0, scale?.shift ?? 0))) < 1_073_741_824 else {
            throw QuantizationError(
                "\(name): its sums may leave the range that int8 kernels take: use smaller windows or maps")
        }
    }
}

extension DeviceStep.Part {
    /// The node whose value it ends on.
    var name: String { last.name }

    /// The nodes that it computes.
    var nodes: [Node] {
        switch self {
        case .operation(let node, let limit): [node] + (limit.map { [$0] } ?? [])
        case .table(let nodes): nodes
        case .position(let node), .channelScale(let node): [node]
        }
    }
}
