import Networks

/// One small function an operator: layers with weights, and functions of each element.
extension ONNXGraphReader {
    mutating func identity(_ node: ONNXNodeProto) throws {
        if isConstant(node, 0), let tensor = try constant(node, 0) { return try set(node, .constant(tensor)) }
        try set(node, .node(try self.node(node, 0)))
    }

    mutating func dropout(_ node: ONNXNodeProto) throws {
        if let mode = try constant(node, 2), mode.doubles() != [0] {
            throw ONNXNodeProblem.unsupported("drops elements (training_mode is 1): \(Self.evaluationAdvice)")
        }
        try identity(node)
    }

    private static let evaluationAdvice = "export the model in evaluation mode (model.eval())"

    // MARK: - Weights

    mutating func convolution(_ node: ONNXNodeProto) throws {
        let x = try self.node(node, 0)
        guard let kernel = try weight(node, 1), kernel.shape.count == 4 else {
            throw ONNXNodeProblem.unsupported("has no kernel of four dimensions")
        }
        let bias = try self.bias(of: node)
        let groups = try node.integer("group", default: 1)
        let (channels, overflow) = kernel.shape[1].multipliedReportingOverflow(by: groups)
        guard !overflow, (1...1 << 20).contains(channels) else {
            throw ONNXNodeProblem.broken("has \(groups) groups of \(kernel.shape[1]) channels")
        }
        let size = Size(kernel.shape[2], kernel.shape[3])
        guard try node.integers("kernel_shape") ?? size.pair == size.pair else {
            throw ONNXNodeProblem.broken("says that its kernel is another than its weights' (\(size))")
        }
        let window = try Self.window(node, kernel: size, input: builder.shape(of: x))
        let name = name(for: node, weight: 1)
        let details = Convolution(
            inputChannels: channels, outputChannels: kernel.shape[0], window: window, groups: groups, bias: bias != nil)
        try finish(node, .convolution(details), [x], name: name)
        try keep(kernel, "weight", [kernel.shape], name)
        if let bias {
            let count = kernel.shape[0]
            try keep(bias, "bias", [[count], [count, 1, 1], [1, count, 1, 1]], name)
        }
    }

    mutating func batchNorm(_ node: ONNXNodeProto) throws {
        // Before version 14, a node in training mode was known by its further results.
        let isTraining =
            try operatorSet < 14 ? !node.furtherOutputs.isEmpty : node.integer("training_mode", default: 0) != 0
        guard !isTraining, try node.integer("training_mode", default: 0) == 0 else {
            throw ONNXNodeProblem.unsupported(
                "normalises by the batch's own statistics (training mode): \(Self.evaluationAdvice)")
        }
        // Until version 9, statistics could be those of each pixel.
        guard try operatorSet >= 9 || node.integer("spatial", default: 1) != 0 else {
            throw ONNXNodeProblem.unsupported("normalises each pixel by itself (spatial is 0)")
        }
        let x = try self.node(node, 0)
        let channels = builder.shape(of: x).channels
        let name = name(for: node, weight: 1)
        var details = BatchNorm(channels: channels)
        details.epsilon = try node.number("epsilon", default: 1e-5)
        try finish(node, .batchNorm(details), [x], name: name)
        for (index, parameter) in ["weight", "bias", "running_mean", "running_var"].enumerated() {
            guard let tensor = try weight(node, index + 1) else {
                throw ONNXNodeProblem.broken("has no \(parameter)")
            }
            try keep(tensor, parameter, [[channels]], name)
        }
    }

    mutating func linear(_ node: ONNXNodeProto) throws {
        guard try node.number("alpha", default: 1) == 1, try node.number("beta", default: 1) == 1,
            try node.integer("transA", default: 0) == 0
        else {
            throw ONNXNodeProblem.unsupported("scales or transposes what a linear layer does not")
        }
        try linear(node, isTransposed: try node.integer("transB", default: 0) == 0)
    }

    mutating func matrixProduct(_ node: ONNXNodeProto) throws { try linear(node, isTransposed: true) }

    /// - Parameter isTransposed: whether the matrix stands as inputs × outputs.
    private mutating func linear(_ node: ONNXNodeProto, isTransposed: Bool) throws {
        let x = try self.node(node, 0)
        guard let stored = try weight(node, 1), stored.shape.count == 2 else {
            throw ONNXNodeProblem.unsupported("has no matrix of two dimensions")
        }
        let (outputs, inputs) =
            isTransposed ? (stored.shape[1], stored.shape[0]) : (stored.shape[0], stored.shape[1])
        let bias = try self.bias(of: node)
        let name = name(for: node, weight: 1)
        let details = Linear(inputFeatures: inputs, outputFeatures: outputs, bias: bias != nil)
        try finish(node, .linear(details), [x], name: name)
        try keep(isTransposed ? Self.transposed(stored) : stored, "weight", [[outputs, inputs]], name)
        if let bias { try keep(bias, "bias", [[outputs], [1, outputs]], name) }
    }

    private mutating func keep(_ tensor: TensorData, _ parameter: String, _ shapes: [[Int]], _ name: String) throws {
        guard shapes.contains(tensor.shape), let shape = shapes.first else {
            throw ONNXNodeProblem.unsupported(
                "has a \(parameter) of shape \(tensor.shape.shortened), where \(shapes.first ?? []) is needed")
        }
        try keep(try tensor.reshaped(to: shape), as: parameter, of: name)
    }

    private static func transposed(_ matrix: TensorData) throws -> TensorData {
        let (rows, columns, values) = (matrix.shape[0], matrix.shape[1], matrix.floats())
        var result = [Float](repeating: 0, count: values.count)
        for row in 0..<rows {
            for column in 0..<columns { result[column * rows + row] = values[row * columns + column] }
        }
        return try TensorData(result, shape: [columns, rows])
    }

    // MARK: - Element by element

    mutating func activation(_ node: ONNXNodeProto, _ function: Activation.Function) throws {
        try finish(node, .activation(Activation(function)), [try self.node(node, 0)])
    }

    mutating func hardSigmoid(_ node: ONNXNodeProto) throws {
        guard try abs(node.number("alpha", default: 0.2) - 1.0 / 6) < 1e-4, try node.number("beta", default: 0.5) == 0.5
        else {
            throw ONNXNodeProblem.unsupported("has a slope that is not 1/6 or an offset that is not 0.5")
        }
        try activation(node, .hardSigmoid)
    }

    mutating func clip(_ node: ONNXNodeProto) throws {
        let low = try number(node, 1) ?? node.number("min", default: -.infinity)
        let high = try number(node, 2) ?? node.number("max", default: .infinity)
        switch (low, high) {
        case (0, 6): try activation(node, .relu6)
        case (-1, 1): try activation(node, .hardTanh)
        case (0, _) where high >= Double(Float.greatestFiniteMagnitude): try activation(node, .relu)
        default:
            throw ONNXNodeProblem.unsupported(
                "clips to \(low) … \(high); ReLU (0 …), ReLU6 (0 … 6) and hard tanh (−1 … 1) are known")
        }
    }

    /// A constant that is one number; nil where it is left out.
    func number(_ node: ONNXNodeProto, _ index: Int) throws -> Double? {
        guard let tensor = try constant(node, index) else { return nil }
        guard tensor.count == 1 else {
            throw ONNXNodeProblem.broken(
                "takes \(node.input[index].quoted) of shape \(tensor.shape.shortened) for a number")
        }
        return tensor.doubles().first
    }

    mutating func sum(_ node: ONNXNodeProto) throws {
        for (value, constant) in [(0, 1), (1, 0)] where isConstant(node, constant) {
            // What is added to a layer in front is in that layer already.
            guard isBias(node.input[constant], of: node.input[value]) else {
                throw ONNXNodeProblem.unsupported("adds a constant to what is no layer without a bias")
            }
            return try set(node, .node(try self.node(node, value)))
        }
        try finish(node, .add(Add()), [try self.node(node, 0), try self.node(node, 1)])
    }

    mutating func product(_ node: ONNXNodeProto) throws {
        for (value, factor) in [(0, 1), (1, 0)] where isConstant(node, factor) {
            let x = try self.node(node, value)
            // More dimensions than the value's would add dimensions to the result.
            guard let tensor = try constant(node, factor), tensor.count == 1,
                tensor.shape.count <= builder.shape(of: x).dimensions.count + 1
            else {
                throw ONNXNodeProblem.unsupported("multiplies by several constants, which is not supported")
            }
            return try finish(node, .scale(Scale(tensor.doubles()[0])), [x])
        }
        try finish(node, .multiply(Multiply()), [try self.node(node, 0), try self.node(node, 1)])
    }

    mutating func difference(_ node: ONNXNodeProto) throws {
        guard !isConstant(node, 0), !isConstant(node, 1) else {
            throw ONNXNodeProblem.unsupported("subtracts a constant, or from one, which is not supported")
        }
        try finish(node, .subtract(Subtract()), [try self.node(node, 0), try self.node(node, 1)])
    }

    // MARK: - Rectifiers and shares

    mutating func leakyReLU(_ node: ONNXNodeProto) throws {
        let slope = try node.number("alpha", default: 0.01)
        try finish(node, .parametricReLU(ParametricReLU(slope: slope)), [try self.node(node, 0)])
    }

    /// One slope, or one for each channel.
    mutating func parametricReLU(_ node: ONNXNodeProto) throws {
        let x = try self.node(node, 0)
        guard let slopes = try weight(node, 1) else { throw ONNXNodeProblem.broken("has no slopes") }
        let (shape, count) = (builder.shape(of: x), builder.shape(of: x).channels)
        let shapes = shape.isMap ? [[count, 1, 1], [1, count, 1, 1]] : [[count], [1, count]]
        let name = name(for: node, weight: 1)
        if shapes.contains(slopes.shape) {
            try finish(node, .parametricReLU(ParametricReLU(slope: 0.25, channels: count)), [x], name: name)
            return try keep(slopes.reshaped(to: [count]), as: "weight", of: name)
        }
        // More dimensions than the value's would add dimensions to the result.
        guard slopes.count == 1, slopes.shape.count <= shape.dimensions.count + 1 else {
            throw ONNXNodeProblem.unsupported(
                "has slopes of shape \(slopes.shape.shortened), where one a channel (\(shapes[0])) is needed")
        }
        try finish(node, .parametricReLU(ParametricReLU(slope: slopes.doubles()[0])), [x], name: name)
    }

    /// Shares of the channels: of a vector, or of each pixel.
    mutating func softmax(_ node: ONNXNodeProto) throws {
        let x = try self.node(node, 0)
        let (shape, axis) = (builder.shape(of: x), try node.integer("axis", default: operatorSet < 13 ? 1 : -1))
        let isOfChannels = axis == 1 || axis == -shape.dimensions.count
        // Before version 13, all axes from this one on shared.
        guard isOfChannels, operatorSet >= 13 || shape.size == 1 else {
            throw ONNXNodeProblem.unsupported("shares over other axes than the channels (axis is \(axis))")
        }
        try finish(node, .softmax(Softmax()), [x])
    }
}
