import Interchange
import Networks

extension Activation: Int8Operation {
    var innerValues: [InnerValue] { [] }
    var outputRange: OutputRange { .calibrated }
    var weightOperand: Int? { nil }
    func function(_ node: Node, _ float: FloatNetwork) -> ((Double) -> Double)? { { function.value($0) } }
    func quantize(_ node: Node, _ step: DeviceStep, _ quantizer: inout Quantizer) {}

    func kernel(
        _ place: KernelWriter.Place, _ limits: KernelWriter.Limits, _ writer: inout KernelWriter
    ) throws(QuantizationError) -> Kernel {
        try writer.lookUp(place.name)
    }

    func addReal(_ integers: IntegerNode, to real: inout RealParameters) {}
}

extension Scale: Int8Operation {
    var innerValues: [InnerValue] { [] }
    var outputRange: OutputRange { .calibrated }
    var weightOperand: Int? { nil }

    /// One factor for all: made up once, or learned.
    func function(_ node: Node, _ float: FloatNetwork) throws(QuantizationError) -> ((Double) -> Double)? {
        guard shape == nil else { return nil }
        guard isLearned else { return { $0 * self.factor + (self.offset ?? 0) } }
        let learned = Double(try float.parameter("\(node.name).factor").first ?? 0)
        let own = isProportion ? max(0, min(1, learned)) : learned
        return { $0 * own }
    }

    /// Factors or summands of one a channel.
    func quantize(_ node: Node, _ step: DeviceStep, _ quantizer: inout Quantizer) throws(QuantizationError) {
        var factors = try quantizer.float.parameter("\(node.name).\(learnedName)").map(Double.init)
        if isProportion { factors = factors.map { max(0, min(1, $0)) } }
        let table = AffineQuantization(symmetric: factors.lazy.map(abs).max() ?? 0)
        quantizer.values["\(node.name).\(learnedName)"] = table
        quantizer.weights[node.name] = QuantizedModel.Weights(
            numbers: factors.map(table.number), scales: [Float(table.scale)])
    }

    func kernel(
        _ place: KernelWriter.Place, _ limits: KernelWriter.Limits, _ writer: inout KernelWriter
    ) throws(QuantizationError) -> Kernel {
        guard shape != nil else { return try writer.lookUp(place.name) }
        let (name, input) = (place.name, place.inputs[0])
        let (weights, factor) = (try writer.weights(name), try writer.quantization("\(name).\(learnedName)"))
        guard weights.numbers.count == place.shape.channels, (-128...127).contains(factor.zeroPoint),
            (-128...127).contains(input.zeroPoint)
        else {
            throw QuantizationError(
                "\(name): it has \(weights.numbers.count) \(learnedName)s for \(place.shape.channels) channels")
        }
        if let combination {
            let (first, second, output) = try writer.addition(name, input, factor, place.output, KernelWriter.Limits())
            return .shiftChannels(
                AddendScaling(zero: input.zeroPoint, scale: first),
                summands: writer.add(name, learnedName, [place.shape.channels], .int8(weights.numbers)),
                AddendScaling(zero: factor.zeroPoint, scale: second), output, isDifference: combination == .subtract)
        }
        let scale = FixedPointScale(writer.quotient([input.scale, factor.scale], place.output.scale))
        try writer.requireBounded(name, 65_025, scale)
        return .scaleChannels(
            zero: input.zeroPoint,
            factors: writer.add(name, "factor", [place.shape.channels], .int8(weights.numbers)),
            factorZero: factor.zeroPoint,
            writer.scaled(scale, place.output, KernelWriter.Limits()))
    }

    func addReal(_ integers: IntegerNode, to real: inout RealParameters) throws {
        guard isLearned else { return }
        let name = integers.node.name
        guard let shape else {
            throw QuantizationError(
                "\(name): a learned factor lives on in a table alone, and its real number is not known: use the float model"
            )
        }
        guard let factors = integers.model.weights[name],
            let value = integers.model.values["\(name).\(learnedName)"]
        else {
            throw QuantizationError("\(name): the int8 model has no \(learnedName)s for it")
        }
        real.tensors["\(name).\(learnedName)"] = try TensorData(
            factors.numbers.map { Float(value.real(of: $0)) }, shape: shape.dimensions)
    }
}

extension Add: PlainInt8Operation {
    var outputRange: OutputRange { .calibrated }

    func kernel(
        _ place: KernelWriter.Place, _ limits: KernelWriter.Limits, _ writer: inout KernelWriter
    ) throws(QuantizationError) -> Kernel {
        let spread = try writer.spread(place)
        let zeros = [try writer.zeroPoint(place, 0), try writer.zeroPoint(place, 1)]
        let (first, second, output) = try writer.addition(
            place.name, place.inputs[0], place.inputs[1], place.output, limits)
        return .add(
            AddendScaling(zero: zeros[0], scale: first), AddendScaling(zero: zeros[1], scale: second), output,
            spread: spread)
    }
}

extension Subtract: PlainInt8Operation {
    var outputRange: OutputRange { .calibrated }

    func kernel(
        _ place: KernelWriter.Place, _ limits: KernelWriter.Limits, _ writer: inout KernelWriter
    ) throws(QuantizationError) -> Kernel {
        let spread = try writer.spread(place)
        let zeros = [try writer.zeroPoint(place, 0), try writer.zeroPoint(place, 1)]
        let (first, second, output) = try writer.addition(
            place.name, place.inputs[0], place.inputs[1], place.output, limits)
        return .subtract(
            AddendScaling(zero: zeros[0], scale: first), AddendScaling(zero: zeros[1], scale: second), output,
            spread: spread)
    }
}

extension Multiply: PlainInt8Operation {
    var outputRange: OutputRange { .calibrated }

    func kernel(
        _ place: KernelWriter.Place, _ limits: KernelWriter.Limits, _ writer: inout KernelWriter
    ) throws(QuantizationError) -> Kernel {
        let spread = try writer.spread(place)
        let zeros = [try writer.zeroPoint(place, 0), try writer.zeroPoint(place, 1)]
        let scale = FixedPointScale(writer.quotient(place.inputs.map(\.scale), place.output.scale))
        try writer.requireBounded(place.name, 65_025, scale)
        return .multiply(zeros: zeros, writer.scaled(scale, place.output, limits), spread: spread)
    }
}
