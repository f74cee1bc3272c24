import Interchange
import Lowering
import Networks

extension Convolution: Int8Operation {
    var innerValues: [InnerValue] { [] }
    var outputRange: OutputRange { .calibrated }
    var weightOperand: Int? { nil }
    func function(_ node: Node, _ float: FloatNetwork) -> ((Double) -> Double)? { nil }

    func quantize(_ node: Node, _ step: DeviceStep, _ quantizer: inout Quantizer) throws(QuantizationError) {
        let weights = try quantizer.float.parameter("\(node.name).weight").placed(at: outputPlace)
        let bias = quantizer.bias(node, outputChannels)
        let taps = window.kernel.area
        let means = try quantizer.means(step.operands[0].name)
        let input = try quantizer.value(step.operands[0].name)
        let depth = inputChannels / groups
        let groupOutputs = outputChannels / groups
        // Bias correction wants the means of each group's own channels.
        var quantized = QuantizedModel.Weights(numbers: [], scales: [])
        for group in 0..<groups {
            let part = WeightQuantization(
                weights: Array(
                    weights[group * groupOutputs * taps * depth..<(group + 1) * groupOutputs * taps * depth]),
                bias: Array(bias[group * groupOutputs..<(group + 1) * groupOutputs]))
            let own = means.map { all in (0..<taps * depth).map { all[group * depth + $0 % depth] } }
            let result = part.quantized(inputScale: input.scale, means: own)
            quantized.numbers += result.numbers
            quantized.scales += result.scales
            quantized.bias += result.bias
        }
        // With one channel a filter, both orders of an output's weights are PyTorch's.
        if isDepthwise { quantized.numbers = quantized.numbers.placed(at: kernelPlace) }
        quantizer.weights[node.name] = quantized
    }

    func kernel(
        _ place: KernelWriter.Place, _ limits: KernelWriter.Limits, _ writer: inout KernelWriter
    ) throws(QuantizationError) -> Kernel {
        try writer.convolution(place, window, groups: groups, outputs: outputChannels, limits)
    }

    func addReal(_ integers: IntegerNode, to real: inout RealParameters) throws {
        guard let step = integers.step else { return }
        let name = integers.node.name
        let shape = [outputChannels, inputChannels / groups] + window.kernel.pair
        var layer = try integers.layer(name)
        guard layer.numbers.count == shape.reduce(1, *), let place = kernelPlace(step) else {
            throw QuantizationError("\(name): the int8 model has no weights for it")
        }
        // Output channels outermost, then as PyTorch has it.
        let numbers = layer.numbers
        layer.numbers = (0..<numbers.count).map { numbers[place($0)] }
        let values = integers.real(layer, try integers.input(of: step))
        real.tensors["\(name).weight"] = try TensorData(values.weights, shape: shape)
        if bias { real.tensors["\(name).bias"] = try TensorData(values.bias) }
        real.scales["\(name).weight"] = values.scales
    }

    func kernelPlace(_ step: DeviceStep) -> ((Int) -> Int)? { { self.kernelPlace(of: $0) } }
}

extension FixedFilter: Int8Operation {
    var innerValues: [InnerValue] { [] }
    var outputRange: OutputRange { .calibrated }
    var weightOperand: Int? { nil }
    func function(_ node: Node, _ float: FloatNetwork) -> ((Double) -> Double)? { nil }

    func quantize(_ node: Node, _ step: DeviceStep, _ quantizer: inout Quantizer) throws(QuantizationError) {
        let channels = step.operandShapes[0].channels
        let filters = filters.map { $0.map(Float.init) }
        let layer = WeightQuantization(
            weights: (0..<channels).flatMap { _ in filters.flatMap { $0 } },
            bias: [Float](repeating: 0, count: channels * filters.count))
        let input = try quantizer.value(step.operands[0].name)
        var quantized = layer.quantized(inputScale: input.scale, means: nil)
        let convolution = Convolution(
            inputChannels: channels, outputChannels: channels * filters.count, window: window, groups: channels)
        quantized.numbers = quantized.numbers.placed(at: convolution.kernelPlace)
        quantizer.weights[node.name] = quantized
    }

    func kernel(
        _ place: KernelWriter.Place, _ limits: KernelWriter.Limits, _ writer: inout KernelWriter
    ) throws(QuantizationError) -> Kernel {
        let channels = place.shape.channels
        guard isMirrored else {
            return try writer.convolution(
                place, window, groups: place.shapes[0].channels, outputs: channels, limits)
        }
        guard rows.count == 1 else {
            throw QuantizationError("\(place.name): there is no int8 kernel for several filters with mirrored borders")
        }
        let (weights, scaling) = try writer.weighted(
            place.name, [kernel.height, kernel.width, channels], place.inputs[0], place.output, limits,
            isDepthwise: true)
        return .mirroredFilter(
            window: window, zero: try writer.zeroPoint(place, 0), weights: weights, scaling: scaling)
    }

    func addReal(_ integers: IntegerNode, to real: inout RealParameters) {}
}

extension KernelWriter {
    /// A convolution; depthwise ones have a kernel of their own.
    fileprivate mutating func convolution(
        _ place: Place, _ window: Window, groups: Int, outputs: Int, _ limits: Limits
    ) throws(QuantizationError) -> Kernel {
        let inputs = place.shapes[0].channels
        let zero = try zeroPoint(place, 0)
        if Convolution.isDepthwise(groups: groups, inputs: inputs, outputs: outputs) {
            let (weights, scaling) = try weighted(
                place.name, [window.kernel.height, window.kernel.width, outputs], place.inputs[0], place.output, limits,
                isDepthwise: true)
            return .depthwise(window: window, zero: zero, weights: weights, scaling: scaling)
        }
        let shape = [outputs, window.kernel.height, window.kernel.width, inputs / groups]
        let (weights, scaling) = try weighted(place.name, shape, place.inputs[0], place.output, limits)
        let columnBytes = KernelUse.columnBytes(windowCount: window.kernel.area * (inputs / groups))
        workBytes = max(workBytes, columnBytes)
        return .convolution(
            window: window, groups: groups, zero: zero, weights: weights, scaling: scaling, columnBytes: columnBytes)
    }
}
