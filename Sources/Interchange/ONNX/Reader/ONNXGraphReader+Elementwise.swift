import Networks

/// One small function an operator: sums, products, and functions of each element.
extension ONNXGraphReader {
    mutating func identity(_ node: ONNXNodeProto) throws { try set(node, .value(try shown(node))) }

    mutating func dropout(_ node: ONNXNodeProto) throws {
        if let mode = try constant(node, 2), mode.tensor.doubles() != [0] {
            throw ONNXNodeProblem.unsupported("drops elements (training_mode is 1): \(Self.evaluationAdvice)")
        }
        try identity(node)
    }

    /// To real numbers, which all values are.
    mutating func cast(_ node: ONNXNodeProto) throws {
        let value = try shuffled(node)
        guard ONNXTensorProto.DataType(rawValue: try node.integer("to", default: 0)) == .float else {
            throw ONNXNodeProblem.unsupported("converts a value to other numbers than float")
        }
        try set(node, .value(value))
    }

    // MARK: - Functions

    mutating func activation(_ node: ONNXNodeProto, _ function: Activation.Function) throws {
        let x = try shuffled(node)
        try finish(node, .activation(Activation(function)), [x], like: x)
    }

    /// Operations one behind the other, the last one under the node's name.
    private mutating func chain(_ node: ONNXNodeProto, _ x: ONNXValue, _ operations: [Operation]) throws {
        let name = name(for: node)
        var last = x
        for (index, operation) in operations.enumerated() where index < operations.count - 1 {
            last = try add(operation, [last], name: unique("\(name).\(index)"))
        }
        guard let operation = operations.last else { return try set(node, .value(x)) }
        try finish(node, operation, [last], name: name, like: x)
    }

    /// max(0, min(1, αx + β)).
    mutating func hardSigmoid(_ node: ONNXNodeProto) throws {
        let x = try shuffled(node)
        let (alpha, beta) = (try node.number("alpha", default: 0.2), try node.number("beta", default: 0.5))
        guard alpha.isFinite, beta.isFinite else {
            throw ONNXNodeProblem.broken("has alpha \(alpha) and beta \(beta), which are no finite numbers")
        }
        // A sixth in single precision.
        if abs(alpha - 1.0 / 6) <= 1e-6, beta == 0.5 { return try activation(node, .hardSigmoid) }
        try chain(
            node, x,
            [
                .scale(Scale(6 * alpha, offset: 6 * beta)), .activation(Activation(.relu6)), .scale(Scale(1.0 / 6)),
            ])
    }

    mutating func clip(_ node: ONNXNodeProto) throws {
        let x = try shuffled(node)
        let low = try number(node, 1) ?? node.number("min", default: -.infinity)
        let high = try number(node, 2) ?? node.number("max", default: .infinity)
        guard !low.isNaN, !high.isNaN, low <= high else {
            throw ONNXNodeProblem.broken("clips to \(low) … \(high), which is no range")
        }
        let most = Double(Float.greatestFiniteMagnitude)
        let (hasLow, hasHigh) = (low > -most, high < most)
        func function(_ function: Activation.Function) -> Operation { .activation(Activation(function)) }
        switch (hasLow, hasHigh) {
        case (false, false): try set(node, .value(x))
        case (true, true) where (low, high) == (0, 6): try activation(node, .relu6)
        case (true, true) where (low, high) == (-1, 1): try activation(node, .hardTanh)
        case (true, false) where low == 0: try activation(node, .relu)
        case (true, false):
            try chain(node, x, [.scale(Scale(1, offset: -low)), function(.relu), .scale(Scale(1, offset: low))])
        case (false, true):
            try chain(node, x, [.scale(Scale(-1, offset: high)), function(.relu), .scale(Scale(-1, offset: high))])
        case (true, true):
            // To −1 … 1 and back; of a range without length nothing comes but its number.
            let (middle, half) = (low / 2 + high / 2, high / 2 - low / 2)
            guard half > 0 else { return try chain(node, x, [.scale(Scale(0, offset: low))]) }
            try chain(
                node, x,
                [
                    .scale(Scale(1 / half, offset: -middle / half)), function(.hardTanh),
                    .scale(Scale(half, offset: middle)),
                ])
        }
    }

    /// A constant that is one number; nil where it is left out.
    func number(_ node: ONNXNodeProto, _ index: Int) throws -> Double? {
        guard let tensor = try constant(node, index)?.tensor else { return nil }
        guard tensor.count == 1 else {
            throw ONNXNodeProblem.broken(
                "takes \(node.input[index].quoted) of shape \(tensor.shape.shortened) for a number")
        }
        return tensor.doubles().first
    }

    // MARK: - Two operands

    /// A sum, difference or product.
    mutating func binary(_ node: ONNXNodeProto, _ arithmetic: ImportedIntegers.Arithmetic) throws {
        for (x, constant) in [(0, 1), (1, 0)] where isConstant(node, constant) {
            // What is added to a layer in front is in that layer already.
            if arithmetic == .add, isBias(node.input[constant], of: node.input[x]) {
                return try set(node, .value(try value(node, x)))
            }
            guard let stated = try self.constant(node, constant) else { continue }
            return try withConstant(node, arithmetic, try value(node, x), stated, isFirst: constant == 0)
        }
        var (a, b) = (try value(node, 0), try value(node, 1))
        let like = try together(node, &a, &b)
        try finish(node, arithmetic.operation, [a, b], like: like)
    }

    /// Makes the operands go together: of one shape, or one of them a pixel. Gives the one that the result is like.
    private mutating func together(
        _ node: ONNXNodeProto, _ a: inout ONNXValue, _ b: inout ONNXValue
    ) throws -> ONNXValue {
        let refusal = ONNXNodeProblem.unsupported(
            "takes \(a.sides.shortened) and \(b.sides.shortened), which do not go together number by number or pixel by pixel"
        )
        if a.sides == b.sides {
            if a.shape.isMap != b.shape.isMap, a.shape.size == 1, b.shape.size == 1 {
                (a, b) = (try vector(a), try vector(b))
            }
            guard a.shape == b.shape, a.imported.runs(b.imported.order) else { throw refusal }
            return a
        }
        let isFirstLarger = a.count >= b.count
        let (wide, narrow) = isFirstLarger ? (a.sides, b.sides) : (b.sides, a.sides)
        // Gates of squeeze-and-excite may come out of linear layers.
        (a, b) = (try pixel(a), try pixel(b))
        let (large, small) = isFirstLarger ? (a, b) : (b, a)
        guard small.shape.size == 1, small.shape.channels == large.shape.channels, wide.count == narrow.count,
            let axis = large.imported.channelsFromLast(of: wide), axis == small.imported.channelsFromLast(of: narrow)
        else { throw refusal }
        return large
    }

    /// A sum, difference or product with a constant: of one number for all, or of one a channel.
    private mutating func withConstant(
        _ node: ONNXNodeProto, _ arithmetic: ImportedIntegers.Arithmetic, _ x: ONNXValue, _ constant: ONNXConstant,
        isFirst: Bool
    ) throws {
        let reals = constant.tensor.floats()
        // More dimensions than the value's would add dimensions to the result.
        guard !reals.isEmpty, reals.allSatisfy(\.isFinite), constant.tensor.shape.count <= x.sides.count else {
            throw ONNXNodeProblem.unsupported(
                "takes a constant that is no finite number, or has more axes than the value")
        }
        guard reals.count > 1 else {
            let number = Double(reals[0])
            let scale = arithmetic.scale(number, isFirst: isFirst)
            return try finish(node, .scale(scale), [x], like: x)
        }
        try perChannel(node, arithmetic, x, constant, reals, isFirst: isFirst)
    }

    /// With a number for each channel. In real numbers, right behind a layer, it is a batch normalisation, which the layer takes up.
    private mutating func perChannel(
        _ node: ONNXNodeProto, _ arithmetic: ImportedIntegers.Arithmetic, _ x: ONNXValue, _ constant: ONNXConstant,
        _ reals: [Float], isFirst: Bool
    ) throws {
        let (sides, channels) = (constant.tensor.shape, x.shape.channels)
        guard reals.count == channels, let place = x.imported.channelsFromLast(of: x.sides), place < sides.count,
            Array(sides.reversed())[place] == channels
        else {
            throw ONNXNodeProblem.unsupported(
                "takes a constant of shape \(sides.shortened), where one number or one a channel is needed")
        }
        let name = name(for: node)
        let source = node.input[isFirst ? 1 : 0]
        if !isInteger, layers.contains(x.node), readers[source] == 1 {
            let normalisation = ImportedNormalization(arithmetic, reals, isFirst: isFirst)
            try finish(node, .batchNorm(normalisation.details), [x], name: name, like: x)
            for (parameter, values) in normalisation.parameters {
                try keep(TensorData(values, shape: [channels]), as: parameter, of: name)
            }
            return
        }
        var value = try pixel(x)
        let isNegated = arithmetic == .subtract && isFirst
        if isNegated { value = try add(.scale(Scale(-1)), [value], name: unique("\(name).negated")) }
        let scale = arithmetic.perChannel(channels, isNegated: isNegated)
        try finish(node, .scale(scale), [value], name: name, like: x)
        if isInteger { try keepWholeFactors(constant, scale.learnedName, name) }
        try keep(TensorData(reals, shape: Shape(channels, 1).dimensions), as: scale.learnedName, of: name)
    }

    /// A product with the inverse of a constant.
    mutating func quotient(_ node: ONNXNodeProto) throws {
        let x = try value(node)
        guard let divisor = try constant(node, 1) else { throw ONNXNodeProblem.broken("has no divisor") }
        let inverses = divisor.tensor.floats().map { 1 / $0 }
        try withConstant(
            node, .multiply, x, ONNXConstant(try TensorData(inverses, shape: divisor.tensor.shape)), isFirst: false)
    }

    // MARK: - Rectifiers and shares

    mutating func leakyReLU(_ node: ONNXNodeProto) throws {
        let x = try shuffled(node)
        let slope = try node.number("alpha", default: 0.01)
        try finish(node, .parametricReLU(ParametricReLU(slope: slope)), [x], like: x)
    }

    /// One slope, or one for each channel.
    mutating func parametricReLU(_ node: ONNXNodeProto) throws {
        let x = try value(node)
        guard let slopes = try weight(node, 1) else { throw ONNXNodeProblem.broken("has no slopes") }
        let (sides, count) = (slopes.tensor.shape, x.shape.channels)
        let name = name(for: node, weight: 1)
        if slopes.tensor.count == count, count > 1 || sides.count >= x.sides.count - 1,
            let place = x.imported.channelsFromLast(of: x.sides), place < sides.count, sides.count <= x.sides.count,
            Array(sides.reversed())[place] == count
        {
            let details = ParametricReLU(slope: 0.25, channels: count)
            try finish(node, .parametricReLU(details), [x], name: name, like: x)
            if isInteger { try keepWholeFactors(slopes, "slope", name) }
            return try keep(TensorData(slopes.tensor.floats()), as: "weight", of: name)
        }
        // More dimensions than the value's would add dimensions to the result.
        guard slopes.tensor.count == 1, sides.count <= x.sides.count else {
            let needed = x.sides.count == 4 ? [count, 1, 1] : [count]
            throw ONNXNodeProblem.unsupported(
                "has slopes of shape \(sides.shortened), where one a channel (\(needed)) is needed")
        }
        let details = ParametricReLU(slope: slopes.tensor.doubles()[0])
        try finish(node, .parametricReLU(details), [x], name: name, like: x)
    }

    /// Shares of the channels: of a vector, or of each pixel.
    mutating func softmax(_ node: ONNXNodeProto) throws {
        let x = try value(node)
        let axis = try node.integer("axis", default: operatorSet < 13 ? 1 : -1)
        let place = axis < 0 ? axis &+ x.sides.count : axis
        guard x.sides.indices.contains(place) else {
            throw ONNXNodeProblem.broken("has the axis \(axis) of values of \(x.sides.count) dimensions")
        }
        // Before version 13, all axes from this one on shared.
        let isAlone = operatorSet >= 13 || x.sides.dropFirst(place + 1).allSatisfy { $0 == 1 }
        if x.sides.count == 2, place == 1, x.shape.isMap, x.shape.size != 1 {
            // All numbers of a flattened map.
            guard x.imported.runs(ModelInterface.Port.channelsFirst) else {
                throw ONNXNodeProblem.unsupported("shares over a map whose axes were turned and flattened")
            }
            let flat = try vector(x)
            try finish(node, .softmax(Softmax()), [flat])
            return isInteger ? try keepShares(node) : ()
        }
        guard place > 0, isAlone, x.isOfChannels(place) else {
            throw ONNXNodeProblem.unsupported("shares over other axes than the channels (axis is \(axis))")
        }
        try finish(node, .softmax(Softmax()), [x], like: x)
        if isInteger { try keepShares(node) }
    }
}
