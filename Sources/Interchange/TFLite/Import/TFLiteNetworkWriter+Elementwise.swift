import Networks

// Sums, products and functions of single numbers.

extension TFLiteNetworkWriter {
    /// A sum, difference or product.
    func binary(
        _ step: TFLiteModel.Operator, _ arithmetic: ImportedIntegers.Arithmetic, _ activation: TFLiteModel.Activation
    ) throws {
        let (first, second) = (try tensor(step, 0), try tensor(step, 1))
        if let source = constant(second) {
            return try withConstant(step, arithmetic, activation, operand: 0, constant: second, source, isFirst: false)
        }
        if let source = constant(first) {
            return try withConstant(step, arithmetic, activation, operand: 1, constant: first, source, isFirst: true)
        }
        var (a, b) = (try operand(step, 0), try operand(step, 1))
        let order = try self.order(step, &a, &b)
        let node = name(step)
        let output = try add(arithmetic.operation, [a, b], name: node, try outputQuantization(step)).with(order)
        try finish(step, output, activation, node)
    }

    /// How the numbers of a sum run, after a look whether its operands go together as they lie: of one shape, or one of them a pixel.
    private func order(
        _ step: TFLiteModel.Operator, _ a: inout ImportedValue, _ b: inout ImportedValue
    ) throws -> [MapAxis] {
        let refusal = TFLiteRefusal(
            "\(step.kind.name) of tensors that do not go together number by number or pixel by pixel")
        let (first, second) = (model.tensors[try tensor(step, 0)].shape, model.tensors[try tensor(step, 1)].shape)
        guard a.padding == (0, 0), b.padding == (0, 0) else { throw refusal }
        if Self.withoutLeadingOnes(first) == Self.withoutLeadingOnes(second) {
            if a.shape.isMap != b.shape.isMap, a.shape.size == 1, b.shape.size == 1 {
                (a, b) = (try vector(a), try vector(b))
            }
            guard a.shape == b.shape, a.runs(b.order) else { throw refusal }
            return a.order
        }
        let isFirstLarger = a.shape.count >= b.shape.count
        // Gates of squeeze-and-excite may come out of linear layers.
        (a, b) = (try pixel(a), try pixel(b))
        let (large, small) = isFirstLarger ? (a, b) : (b, a)
        let (wide, narrow) = isFirstLarger ? (first, second) : (second, first)
        guard large.shape.isMap, small.shape.isMap, small.shape.size == 1, small.shape.channels == large.shape.channels,
            let axis = large.channelsFromLast(of: wide), axis == small.channelsFromLast(of: narrow),
            model.tensors[step.outputs[0]].shape == wide
        else { throw refusal }
        return large.order
    }

    private static func withoutLeadingOnes(_ sides: [Int]) -> [Int] { Array(sides.drop { $0 == 1 }) }

    /// A sum or product with a constant: a function of one number, or a factor or summand for each channel.
    private func withConstant(
        _ step: TFLiteModel.Operator, _ arithmetic: ImportedIntegers.Arithmetic, _ activation: TFLiteModel.Activation,
        operand index: Int, constant: Int, _ source: Int, isFirst: Bool
    ) throws {
        let value = try operand(step, index)
        guard value.padding == (0, 0), let reals = try model.reals(source), reals.allSatisfy(\.isFinite) else {
            throw TFLiteRefusal("\(step.kind.name) with a constant that is no number")
        }
        let node = name(step)
        let quantization = try outputQuantization(step)
        guard reals.count > 1 else {
            let number = Double(reals.first ?? 0)
            let scale = arithmetic.scale(number, isFirst: isFirst)
            var kind = ImportedIntegers.Function.Kind.restate
            if isInteger {
                let whole = try wholeConstant(step, source)
                kind = .constant(
                    arithmetic, number: Int(whole.numbers.first ?? 0), quantization: whole.quantization,
                    isFirst: isFirst)
            }
            let output = try function(kind, of: value, .scale(scale), quantization, name: node)
            return try finish(step, output, activation, node)
        }
        let output = try perChannel(step, arithmetic, value, constant, source, reals, node, isFirst: isFirst)
        try finish(step, output, activation, node)
    }

    private func wholeConstant(
        _ step: TFLiteModel.Operator, _ source: Int
    ) throws -> (numbers: [Int8], quantization: ImportedQuantization) {
        let tensor = model.tensors[source]
        guard tensor.type == .int8, let data = tensor.data, let quantization = tensor.imported else {
            throw TFLiteRefusal("\(step.kind.name) with a constant that is no int8 of one scale")
        }
        return (data.map { Int8(bitPattern: $0) }, quantization)
    }

    /// With a number for each channel. In real numbers, right behind a layer, it is a batch normalisation, which the layer takes up.
    private func perChannel(
        _ step: TFLiteModel.Operator, _ arithmetic: ImportedIntegers.Arithmetic, _ stated: ImportedValue,
        _ constant: Int, _ source: Int, _ reals: [Float], _ node: String, isFirst: Bool
    ) throws -> ImportedValue {
        let channels = stated.shape.channels
        let tensor = try tensor(step, isFirst ? 1 : 0)
        let (sides, of) = (model.tensors[constant].shape, model.tensors[tensor].shape)
        let place = stated.channelsFromLast(of: of)
        guard reals.count == channels, let place, place < sides.count, Array(sides.reversed())[place] == channels,
            sides.count <= of.count, model.tensors[step.outputs[0]].shape == of
        else { throw TFLiteRefusal("\(step.kind.name) with a constant of more than one number or one a channel") }
        let isNegated = arithmetic == .subtract && isFirst
        if !isInteger, layers.contains(stated.node), readers[tensor].count == 1, !model.outputs.contains(tensor) {
            return try normalised(arithmetic, stated, reals, node, isFirst: isFirst)
        }
        guard !(isInteger && isNegated) else {
            throw TFLiteRefusal("\(step.kind.name) from a constant of one number a channel")
        }
        var value = try pixel(stated)
        if isNegated {
            value = try add(.scale(Scale(-1)), [value], name: names.follower(of: node, "negated"), nil).with(
                value.order)
        }
        let scale = arithmetic.perChannel(channels, isNegated: isNegated)
        let output = try add(.scale(scale), [value], name: node, try outputQuantization(step))
        if isInteger {
            let whole = try wholeConstant(step, source)
            integers.keep(whole.numbers, whole.quantization, as: scale.learnedName, of: node)
        }
        try addWeight("\(node).\(scale.learnedName)", reals, Shape(channels, 1).dimensions)
        return output.with(value.order)
    }

    private func normalised(
        _ arithmetic: ImportedIntegers.Arithmetic, _ value: ImportedValue, _ reals: [Float], _ node: String,
        isFirst: Bool
    ) throws -> ImportedValue {
        let normalisation = ImportedNormalization(arithmetic, reals, isFirst: isFirst)
        let output = try add(.batchNorm(normalisation.details), [value], name: node, nil)
        layers.insert(output.node)
        for (parameter, values) in normalisation.parameters {
            try addWeight("\(node).\(parameter)", values, [reals.count])
        }
        try addCounter("\(node).num_batches_tracked")
        return output.with(value.order)
    }

    // MARK: - Functions

    /// An operator that is a function of one number.
    func function(
        _ step: TFLiteModel.Operator, _ function: Activation.Function, _ kind: ImportedIntegers.Function.Kind
    ) throws {
        let value = try operand(step, 0)
        guard value.padding == (0, 0) else { throw TFLiteRefusal("\(step.kind.name) of a padded image") }
        let quantization = try outputQuantization(step)
        var source = value
        switch kind {
        case .logistic where isInteger && (quantization?.scale != 1 / 256 || quantization?.zeroPoint != -128):
            throw TFLiteRefusal("LOGISTIC whose output is not in steps of 1/256")
        case .rectify where isInteger && value.quantization != quantization:
            // A kernel that ended its own output here would round once where the model rounds twice.
            source = try self.function(
                .restate, of: value, .activation(Activation(.identity)), value.quantization,
                name: names.follower(of: name(of: value), "rounded"))
        case .requantise, .throughFloat, .restate, .fill, .clamp, .rectify, .leakyReLU, .prelu, .logistic, .tanh,
            .hardSwish,
            .constant:
            break
        }
        let output = try self.function(
            kind, of: source, .activation(Activation(function)), quantization, name: name(step))
        note(output, function)
        values[step.outputs[0]] = output
    }

    /// Remembers what is never below 0.
    func note(_ value: ImportedValue, _ function: Activation.Function) {
        if function == .relu || function == .relu6 { rectified.insert(value.node) }
    }

    func leakyReLU(_ step: TFLiteModel.Operator, _ alpha: Float) throws {
        let value = try operand(step, 0)
        values[step.outputs[0]] = try function(
            .leakyReLU(alpha: alpha), of: value, .parametricReLU(ParametricReLU(slope: Double(alpha))),
            try outputQuantization(step), name: name(step))
    }

    func prelu(_ step: TFLiteModel.Operator) throws {
        let value = try operand(step, 0)
        guard let source = constant(try tensor(step, 1)), let slopes = try model.reals(source),
            slopes.allSatisfy(\.isFinite), let first = slopes.first
        else { throw TFLiteRefusal("PRELU with slopes that are computed") }
        let quantization = try outputQuantization(step)
        let sides = model.tensors[try tensor(step, 1)].shape
        let stated = model.tensors[try tensor(step, 0)].shape
        let node = name(step)
        guard slopes.count > 1 else {
            var kind = ImportedIntegers.Function.Kind.restate
            if isInteger {
                let whole = try wholeConstant(step, source)
                kind = .prelu(alpha: Int(whole.numbers.first ?? 0), quantization: whole.quantization)
            }
            values[step.outputs[0]] = try function(
                kind, of: value, .parametricReLU(ParametricReLU(slope: Double(first))), quantization, name: node)
            return
        }
        let place = value.channelsFromLast(of: stated)
        guard slopes.count == value.shape.channels, let place, place < sides.count,
            Array(sides.reversed())[place] == slopes.count
        else { throw TFLiteRefusal("PRELU with more than one slope or one a channel") }
        let details = ParametricReLU(slope: 0.25, channels: slopes.count)
        values[step.outputs[0]] = try add(.parametricReLU(details), [value], name: node, quantization).with(value.order)
        if isInteger {
            let whole = try wholeConstant(step, source)
            integers.keep(whole.numbers, whole.quantization, as: "slope", of: node)
        }
        try addWeight("\(node).weight", slopes, [slopes.count])
    }

    func softmax(_ step: TFLiteModel.Operator, _ beta: Float) throws {
        let value = try operand(step, 0)
        guard beta == 1 else { throw TFLiteRefusal("SOFTMAX with a beta that is not 1") }
        let stated = model.tensors[try tensor(step, 0)].shape
        guard value.padding == (0, 0), value.axes(of: stated)?.last == [.channels] else {
            throw TFLiteRefusal("SOFTMAX along another axis than channels")
        }
        let quantization = try outputQuantization(step)
        if let quantization, quantization.scale != 1 / 256 || quantization.zeroPoint != -128 {
            throw TFLiteRefusal("SOFTMAX whose output is not in steps of 1/256")
        }
        values[step.outputs[0]] = try add(.softmax(Softmax()), [value], name: name(step), quantization).with(
            value.order)
    }

    // MARK: - Conversions

    func quantize(_ step: TFLiteModel.Operator) throws {
        let (source, output) = (try tensor(step, 0), step.outputs[0])
        if let constant = constant(source) { return alias(output, constant: constant) }
        guard var value = values[source] else { throw TFLiteRefusal("QUANTIZE of a constant") }
        folded["QUANTIZE", default: 0] += 1
        guard isInteger else {
            values[output] = value
            return
        }
        let stated = try quantization(output, step)
        guard value.quantization != nil else {
            guard (integers.values["input"] ?? stated) == stated else {
                throw TFLiteRefusal("QUANTIZE of the input to several scales")
            }
            integers.values["input"] = stated
            value.quantization = stated
            values[output] = value
            return
        }
        let kind: ImportedIntegers.Function.Kind = value.isReal ? .throughFloat : .requantise
        if !value.isReal { value = try operand(step, 0) }
        value.isReal = false
        guard value.quantization != stated else {
            values[output] = value
            return
        }
        folded["QUANTIZE", default: 1] -= 1
        values[output] = try function(
            kind, of: value, .activation(Activation(.identity)), stated, name: name(step))
    }

    func dequantize(_ step: TFLiteModel.Operator) throws {
        let (source, output) = (try tensor(step, 0), step.outputs[0])
        if let constant = constant(source) { return alias(output, constant: constant) }
        guard var value = values[source] else { throw TFLiteRefusal("DEQUANTIZE of a constant") }
        if isInteger {
            value = try operand(step, 0)
            value.isReal = true
        }
        folded["DEQUANTIZE", default: 0] += 1
        values[output] = value
    }
}
