import Interchange
import Networks

extension ParametricReLU: Int8Operation {
    var innerValues: [InnerValue] { [] }
    var outputRange: OutputRange { .calibrated }
    var weightOperand: Int? { nil }

    /// One slope for all.
    func function(_ node: Node, _ float: FloatNetwork) -> ((Double) -> Double)? {
        channels == nil ? { $0 >= 0 ? $0 : slope * $0 } : nil
    }

    /// Slopes of one a channel.
    func quantize(_ node: Node, _ step: DeviceStep, _ quantizer: inout Quantizer) throws(QuantizationError) {
        guard channels != nil else { return }
        let slopes = try quantizer.float.parameter("\(node.name).weight").map(Double.init)
        let table = AffineQuantization(symmetric: slopes.lazy.map(abs).max() ?? 0)
        quantizer.values["\(node.name).slope"] = table
        quantizer.weights[node.name] = QuantizedModel.Weights(
            numbers: slopes.map(table.number), scales: [Float(table.scale)])
    }

    func kernel(
        _ place: KernelWriter.Place, _ limits: KernelWriter.Limits, _ writer: inout KernelWriter
    ) throws(QuantizationError) -> Kernel {
        guard let channels else { return try writer.lookUp(place.name) }
        let (name, input, output) = (place.name, place.inputs[0], place.output)
        let (weights, slope) = (try writer.weights(name), try writer.quantization("\(name).slope"))
        guard weights.numbers.count == channels, (-128...127).contains(slope.zeroPoint) else {
            throw QuantizationError(
                "\(name): the int8 model has \(weights.numbers.count) slopes for its \(channels) channels, of zero point \(slope.zeroPoint)"
            )
        }
        let positive = FixedPointScale(writer.quotient([input.scale], output.scale))
        let negative = FixedPointScale(writer.quotient([input.scale, slope.scale], output.scale))
        try writer.requireBounded(name, 255, positive)
        try writer.requireBounded(name, 65_025, negative)
        return .rectify(
            zero: try writer.zeroPoint(place, 0),
            slopes: writer.add(name, "slope", [channels], .int8(weights.numbers)), slopeZero: slope.zeroPoint,
            positive: positive, writer.scaled(negative, output, limits))
    }

    func addReal(_ integers: IntegerNode, to real: inout RealParameters) throws {
        guard let channels else { return }
        let name = integers.node.name
        guard let slopes = integers.model.weights[name], let value = integers.model.values["\(name).slope"],
            slopes.numbers.count == channels
        else { throw QuantizationError("\(name): the int8 model has no slopes for it") }
        real.tensors["\(name).weight"] = try TensorData(slopes.numbers.map { Float(value.real(of: $0)) })
    }
}

extension Softmax: PlainInt8Operation {
    var outputRange: OutputRange { .fixed(SoftmaxTable.output) }

    func kernel(
        _ place: KernelWriter.Place, _ limits: KernelWriter.Limits, _ writer: inout KernelWriter
    ) throws(QuantizationError) -> Kernel {
        guard place.output == SoftmaxTable.output else {
            throw QuantizationError(
                "\(place.name): the scale of its output is \(place.output.scale) and its zero point \(place.output.zeroPoint): a softmax has 1/256 and −128"
            )
        }
        guard place.shape.channels <= SoftmaxTable.mostChannels else {
            throw QuantizationError(
                "\(place.name): a softmax over \(place.shape.channels) channels is beyond int8 kernels: they take \(SoftmaxTable.mostChannels)"
            )
        }
        guard let table = SoftmaxTable(scale: place.inputs[0].scale) else {
            throw QuantizationError(
                "\(place.name): the scale of what it reads, \(place.inputs[0].scale), is too small for a softmax in int8"
            )
        }
        return .softmax(exponentials: writer.add(place.name, "exponentials", [256], .int32(table.exponentials)))
    }
}
