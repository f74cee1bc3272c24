import Interchange
import Networks

// Convolutions and linear layers: their sums are scaled as kernels scale them, with both roundings.

extension TFLiteTranslation {
    mutating func convolution(
        _ call: TFLiteCall, _ window: Window, groups: Int, _ weights: ConstantID, _ scaling: ChannelScaling
    ) throws -> Int {
        let (inputs, outputs) = (call.inputs[0].shape.channels, call.shape.channels)
        let (depth, taps) = (inputs / groups, window.kernel.area)
        let numbers = try int8s(weights)
        guard groups > 1, depth == 1 else {
            let image = try framed(call, window)
            return try layer(
                call, image.tensor, numbers, [outputs, window.kernel.height, window.kernel.width, depth], axis: 0,
                scaling
            ) {
                .convolution(
                    stride: window.stride, dilation: window.dilation, isSame: image.isSame, $0, isGrouped: groups > 1)
            }
        }
        // Several filters a channel: tools know them as depthwise convolutions with a multiplier.
        let turned = (0..<numbers.count).map { numbers[$0 % outputs * taps + $0 / outputs] }
        return try depthwise(call, window, turned, scaling)
    }

    mutating func depthwise(
        _ call: TFLiteCall, _ window: Window, _ weights: ConstantID, _ scaling: ChannelScaling
    ) throws -> Int { try depthwise(call, window, try int8s(weights), scaling) }

    /// - Parameter weights: `[kh][kw][O]`.
    private mutating func depthwise(
        _ call: TFLiteCall, _ window: Window, _ weights: [Int8], _ scaling: ChannelScaling
    ) throws -> Int {
        let image = try framed(call, window)
        return try depthwise(call, image.tensor, isSame: image.isSame, window, weights, scaling)
    }

    /// A depthwise convolution over a map that is mirrored at its borders.
    mutating func mirroredFilter(
        _ call: TFLiteCall, _ window: Window, _ weights: ConstantID, _ scaling: ChannelScaling
    ) throws -> Int {
        let image = try mirrored(call, window)
        return try depthwise(call, image, isSame: false, window, try int8s(weights), scaling)
    }

    /// - Parameter weights: `[kh][kw][O]`.
    private mutating func depthwise(
        _ call: TFLiteCall, _ image: Int, isSame: Bool, _ window: Window, _ weights: [Int8], _ scaling: ChannelScaling
    ) throws -> Int {
        let outputs = call.shape.channels
        let multiplier = outputs / max(1, call.inputs[0].shape.channels)
        return try layer(
            call, image, weights, [1, window.kernel.height, window.kernel.width, outputs], axis: 3, scaling
        ) {
            .depthwiseConvolution(
                stride: window.stride, dilation: window.dilation, isSame: isSame, $0, multiplier: multiplier)
        }
    }

    /// A linear layer that rounds twice is a convolution whose window is the whole map: LiteRT's FULLY_CONNECTED rounds
    /// once.
    mutating func linear(
        _ call: TFLiteCall, _ weights: ConstantID, _ outputs: Int, _ scaling: ChannelScaling
    ) throws -> Int {
        let shape = call.inputs[0].shape
        return try layer(
            call, call.inputs[0].tensor, try int8s(weights), [outputs, shape.height, shape.width, shape.channels],
            axis: 0, scaling
        ) { .convolution(stride: 1, dilation: 1, isSame: false, $0, isGrouped: false) }
    }

    /// One that rounds once, with the numbers that the model has: the kernel's multipliers were proved to give the
    /// same.
    mutating func fullyConnected(
        _ call: TFLiteCall, _ weights: ConstantID, _ outputs: Int, _ scaling: ChannelScaling
    ) throws -> Int {
        let input = call.inputs[0]
        guard let stated = model.weights[call.node] else {
            throw QuantizationError("\(call.node): the int8 model has no weights for it")
        }
        let isPerChannel = Set(stated.scales).count > 1
        let scales = isPerChannel ? stated.scales : Array(stated.scales.prefix(1))
        let matrix = weightTensor(call, try int8s(weights), [outputs, input.shape.count], scales, axis: 0)
        let bias = biasTensor(call, stated.bias, scales, input.quantization)
        let (activation, ends) = fused(call, scaling.low, scaling.high)
        var list = try output(of: call)
        list.shape = [1, outputs]
        let result = emit(
            .fullyConnected(activation, isPerChannel: isPerChannel), [input.tensor, matrix, bias], list)
        return ends ? try clamped(result, scaling.low, scaling.high, call) : result
    }

    /// A layer with weights, a bias and limits.
    mutating func layer(
        _ call: TFLiteCall, _ image: Int, _ weights: [Int8], _ shape: [Int], axis: Int, _ scaling: ChannelScaling,
        _ operation: (TFLiteModel.Activation) -> TFLiteOperator
    ) throws -> Int {
        let input = call.inputs[0].quantization
        let bias = try int32s(scaling.bias)
        let scales = try scales(call, scaling, input)
        let matrix = weightTensor(call, weights, shape, scales, axis: axis)
        let (activation, ends) = fused(call, scaling.low, scaling.high)
        let result = emit(
            operation(activation), [image, matrix, biasTensor(call, bias, scales, input)], try output(of: call))
        return ends ? try clamped(result, scaling.low, scaling.high, call) : result
    }

    /// The scales of a layer's weights; of channels whose weights are all 0 and whose bias is in steps of the output
    /// already the one that leaves it so.
    private func scales(
        _ call: TFLiteCall, _ scaling: ChannelScaling, _ input: AffineQuantization
    ) throws -> [Float] {
        guard let stated = model.weights[call.node]?.scales else {
            throw QuantizationError("\(call.node): the int8 model has no weights for it")
        }
        let (multipliers, shifts) = (try int32s(scaling.multipliers), try int32s(scaling.shifts))
        return stated.indices.map { channel in
            let own = FixedPointScale(input.scale * Double(stated[channel]) / call.output.scale)
            let isOwn = own.multiplier == multipliers[channel] && own.shift == shifts[channel]
            return isOwn ? stated[channel] : Float(call.output.scale / input.scale)
        }
    }

    private mutating func weightTensor(
        _ call: TFLiteCall, _ numbers: [Int8], _ shape: [Int], _ scales: [Float], axis: Int
    ) -> Int {
        content.add(
            TFLiteContent.Tensor(
                name: unused("\(call.name).weight"), shape: shape, type: .int8, scales: scales, axis: axis,
                data: numbers.map { UInt8(bitPattern: $0) }))
    }

    private mutating func biasTensor(
        _ call: TFLiteCall, _ bias: [Int32], _ scales: [Float], _ input: AffineQuantization
    ) -> Int {
        content.add(
            TFLiteContent.Tensor(
                name: unused("\(call.name).bias"), shape: [bias.count], type: .int32,
                scales: scales.map { Float(input.scale) * $0 },
                data: bias.flatMap { number in withUnsafeBytes(of: number.littleEndian) { Array($0) } }))
    }

    // MARK: - Limits

    /// The fused activation that has a kernel's limits; `ends` where none has, so that they have to be applied behind
    /// it.
    func fused(_ call: TFLiteCall, _ low: Int, _ high: Int) -> (TFLiteModel.Activation, ends: Bool) {
        let own = TFLiteModel.Activation.allCases.filter { $0.function != nil && $0.function == call.limit }
        for activation in own + [.none, .relu, .relu6, .reluN1To1]
        where activation.limits(call.output) == (low, high) { return (activation, false) }
        return (.none, true)
    }

    /// The same numbers between limits.
    mutating func clamped(_ tensor: Int, _ low: Int, _ high: Int, _ call: TFLiteCall) throws -> Int {
        var result = tensor
        for (operation, end) in [(TFLiteOperator.maximum, low), (.minimum, high)] where (-127...126).contains(end) {
            let limit = constant([Int8(end)], [], call.output)
            var ended = try output(of: call)
            ended.shape = content.tensors[tensor].shape
            result = emit(operation, [result, limit], ended)
        }
        return result
    }
}

extension TFLiteModel.Activation {
    /// The least and the greatest number that LiteRT's reference lets through; what it says of an end in single
    /// precision.
    fileprivate func limits(_ output: AffineQuantization) -> (Int, Int) {
        func number(_ real: Float) -> Int {
            let steps = (real / Float(output.scale)).rounded()
            return Int(max(-1024, min(1024, steps))) + output.zeroPoint
        }
        switch self {
        case .none, .tanh, .signBit: return (-128, 127)
        case .relu: return (max(-128, output.zeroPoint), 127)
        case .relu6: return (max(-128, output.zeroPoint), min(127, number(6)))
        case .reluN1To1: return (max(-128, number(-1)), min(127, number(1)))
        }
    }
}
