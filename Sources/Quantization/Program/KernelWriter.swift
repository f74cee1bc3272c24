import Foundation
import Networks
import Planning

/// Writes the kernel calls of steps, one after the other, and collects their constants.
struct KernelWriter {
    private(set) var constants: [KernelConstant] = []
    var workBytes = 0
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
            let place = Place(
                name: part.nodes[0].name, inputs: inputs, shapes: shapes, output: output, shape: step.outputShape)
            let kernel: Kernel
            switch part {
            case .operation(let node, let limit):
                kernel = try node.operation.int8.kernel(place, limits(limit, output), &self)
            case .table(let nodes): kernel = try lookUp(nodes[nodes.count - 1].name)
            case .position(let node), .channelScale(let node):
                kernel = try node.operation.int8.kernel(place, Limits(), &self)
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
        /// Of the node that is computed.
        let name: String
        let inputs: [AffineQuantization]
        let shapes: [Shape]
        let output: AffineQuantization
        /// Of the output.
        let shape: Shape
    }

    /// Weights of a name with the tables that take their sums to int8. Output channels are outermost, in depthwise weights innermost.
    ///
    /// - Parameter roundsOnce: whether sums are rounded once, as LiteRT's linear layers do it, and not twice.
    mutating func weighted(
        _ name: String, _ shape: [Int], _ input: AffineQuantization, _ output: AffineQuantization, _ limits: Limits,
        isDepthwise: Bool = false, roundsOnce: Bool = false
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
        let factors = weights.scales.map { input.scale * Double($0) / output.scale }
        var scales = factors.map { FixedPointScale($0) }
        var bias = weights.bias
        let reach = Int(max(127 - input.zeroPoint, input.zeroPoint + 128))
        for channel in 0..<outputs {
            var sum = 0
            if isDepthwise {
                for index in stride(from: channel, to: count, by: outputs) { sum += abs(Int(weights.numbers[index])) }
            } else {
                let size = count / max(1, outputs)
                for index in channel * size..<(channel + 1) * size { sum += abs(Int(weights.numbers[index])) }
            }
            let most = sum * reach + abs(Int(bias[channel]))
            if sum == 0, most >= 1 << 29 {
                // Channels that training has let die have no weights, a tiny scale and a bias of up to 2³¹: what they give is one number.
                let factor = roundsOnce ? factors[channel] : nil
                bias[channel] = Self.constant(Int(bias[channel]), scales[channel], roundedOnce: factor)
                scales[channel] = FixedPointScale(1)
                continue
            }
            guard Double(most) * exp2(Double(max(0, scales[channel].shift))) < 1_073_741_824 else {
                throw QuantizationError(
                    "\(name): sums of its output channel \(channel) may leave the range that int8 kernels take: its weights and its "
                        + "output differ too much in scale")
            }
            guard roundsOnce else { continue }
            let rounding = SingleRounding(real: factors[channel], zero: output.zeroPoint, most: most)
            guard let exact = rounding.scale else {
                throw QuantizationError(
                    "\(name): whole numbers cannot round its output channel \(channel) as LiteRT does: import the model's float form and quantise it here"
                )
            }
            scales[channel] = exact
        }
        return (
            add(name, "weight", shape, .int8(weights.numbers)),
            ChannelScaling(
                bias: add(name, "bias", [outputs], .int32(bias)),
                multipliers: add(name, "multipliers", [outputs], .int32(scales.map(\.multiplier))),
                shifts: add(name, "shifts", [outputs], .int32(scales.map(\.shift))), zero: output.zeroPoint,
                low: limits.low, high: limits.high)
        )
    }

    /// What a sum that is always the bias comes to, in steps of the output; what lies beyond int8 anyhow is cut off.
    private static func constant(_ bias: Int, _ scale: FixedPointScale, roundedOnce factor: Double?) -> Int32 {
        let steps = factor.map { (Double(bias) * $0).rounded() } ?? Double(LiteRTNumber.scaled(bias, scale))
        return Int32(max(-16_384, min(16_384, steps)))
    }

    /// LiteRT's sum: both operands over twice the larger scale, with 20 bits behind the point.
    func addition(
        _ name: String, _ a: AffineQuantization, _ b: AffineQuantization, _ output: AffineQuantization, _ limits: Limits
    ) throws(QuantizationError) -> (FixedPointScale, FixedPointScale, OutputScaling) {
        let twice = 2 * max(a.scale, b.scale)
        let scale = FixedPointScale(twice / (1_048_576 * output.scale))
        try requireBounded(name, 255 * 1_048_576, scale)
        return (FixedPointScale(a.scale / twice), FixedPointScale(b.scale / twice), scaled(scale, output, limits))
    }

    /// A run of functions of one number, whose value has a name.
    mutating func lookUp(_ name: String) throws(QuantizationError) -> Kernel {
        guard let table = model.tables[name], table.count == 256 else {
            throw QuantizationError("\(name): the int8 model has no table of 256 for it")
        }
        return .lookUp(table: add(name, "table", [256], .int8(table)))
    }

    /// The least and the greatest number of an output.
    struct Limits {
        var low = -128
        var high = 127
    }

    /// What a ReLU or the like lets through unchanged, as limits of the numbers of a value.
    func limits(_ node: Node?, _ output: AffineQuantization) -> Limits {
        guard case .activation(let details) = node?.operation, let ends = details.function.limits else {
            return Limits()
        }
        func number(_ end: Double) -> Int {
            let steps = quotient([end], output.scale).rounded() + Double(output.zeroPoint)
            return Int(max(-128, min(127, steps)))
        }
        let low = ends.low.map(number) ?? -128
        return Limits(low: low, high: max(low, ends.high.map(number) ?? 127))
    }

    /// A product of scales over another, in the precision that the model's arithmetic has for it.
    func quotient(_ factors: [Double], _ divisor: Double) -> Double {
        switch model.arithmetic {
        case .sapool: factors.reduce(1, *) / divisor
        case .liteRT: Double(factors.reduce(1) { $0 * Float($1) } / Float(divisor))
        }
    }

    func scaled(_ scale: FixedPointScale, _ output: AffineQuantization, _ limits: Limits) -> OutputScaling {
        OutputScaling(scale: scale, zero: output.zeroPoint, low: limits.low, high: limits.high)
    }

    mutating func add(
        _ name: String, _ part: String, _ shape: [Int], _ content: KernelConstant.Content
    ) -> ConstantID {
        constants.append(KernelConstant(name: "\(name).\(part)", shape: shape, content: content))
        return constants.count - 1
    }

    func weights(_ name: String) throws(QuantizationError) -> QuantizedModel.Weights {
        guard let weights = model.weights[name] else {
            throw QuantizationError("\(name): the int8 model has no weights for it")
        }
        return weights
    }

    /// An operand's zero point, which has to be an int8.
    func zeroPoint(_ place: Place, _ operand: Int) throws(QuantizationError) -> Int {
        let zero = place.inputs[operand].zeroPoint
        guard (-128...127).contains(zero) else {
            throw QuantizationError("\(place.name): the zero point of what it reads is \(zero), which is no int8")
        }
        return zero
    }

    func spread(_ place: Place) throws(QuantizationError) -> KernelSpread {
        // A vector is a pixel.
        let isMap = place.shapes.map { $0.count == place.shape.count }
        switch (isMap[0], isMap[1]) {
        case (true, true): return .none
        case (false, true): return .first
        case (true, false): return .second
        case (false, false): throw QuantizationError("\(place.name): neither operand has the size of its output")
        }
    }

    /// Kernels that only move or average numbers keep their scale. Those of LiteRT do so whatever their output is said to have, and what comes
    /// behind believes what is said.
    func requireSame(_ place: Place) throws(QuantizationError) {
        guard model.arithmetic == .liteRT || place.inputs[0] == place.output else {
            throw QuantizationError(
                "\(place.name): its output has another scale or zero point than its input, which it keeps")
        }
    }

    /// |sum| · 2^max(shift, 0) stays below 2³⁰.
    func requireBounded(
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
