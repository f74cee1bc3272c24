import Networks

/// One small function an operator: layers with weights.
extension ONNXGraphReader {
    static let evaluationAdvice = "export the model in evaluation mode (model.eval())"

    mutating func convolution(_ node: ONNXNodeProto) throws {
        let padding = try padding(node)
        guard var kernel = try weight(node, 1), kernel.tensor.shape.count == 4 else {
            throw ONNXNodeProblem.unsupported("has no kernel of four dimensions")
        }
        let shape = kernel.tensor.shape
        var bias = try self.bias(of: node)
        let groups = try node.integer("group", default: 1)
        let takesShuffled = try padding == nil && takesShuffledChannels(node, shape, groups)
        let x = padding != nil ? try padded(node) : takesShuffled ? try pixel(shuffled(node)) : try map(node)
        if let shuffle = x.shuffle, takesShuffled {
            try fold(8 * kernel.tensor.count)
            (kernel, bias) = try Self.shuffled(kernel, bias, groups, shuffle)
        }
        let (channels, overflow) = shape[1].multipliedReportingOverflow(by: groups)
        guard !overflow, (1...1 << 20).contains(channels) else {
            throw ONNXNodeProblem.broken("has \(groups) groups of \(shape[1]) channels")
        }
        let size = Size(shape[2], shape[3])
        guard try node.integers("kernel_shape") ?? size.pair == size.pair else {
            throw ONNXNodeProblem.broken("says that its kernel is another than its weights' (\(size))")
        }
        var window = try Self.window(node, kernel: size, input: x.shape)
        if let padding {
            window.before = Size(
                window.before.height + padding.before.height, window.before.width + padding.before.width)
            window.after = Size(window.after.height + padding.after.height, window.after.width + padding.after.width)
        }
        let name = name(for: node, weight: 1)
        let details = Convolution(
            inputChannels: channels, outputChannels: shape[0], window: window, groups: groups,
            bias: bias != nil || isInteger)
        var result = try add(.convolution(details), [x], name: name)
        // Each channel by itself: they stay where they are.
        if groups > 1 { result.shuffle = x.shuffle }
        try set(node, .value(result))
        layers.insert(result.node)
        if isInteger { try keepWholeConvolution(details, kernel, bias, input: x, name) }
        try keep(kernel.tensor, "weight", [shape], name)
        try keep(bias, of: shape[0], [[shape[0]], [shape[0], 1, 1], [1, shape[0], 1, 1]], name)
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
        let x = try value(node)
        let channels = x.shape.channels
        guard x.isOfChannels(1) else {
            throw ONNXNodeProblem.unsupported("normalises along another axis than the channels")
        }
        guard !isInteger else {
            throw ONNXNodeProblem.unsupported(
                "normalises whole numbers: fold it into the layer in front of it before the model is quantised, or import it with --float"
            )
        }
        let name = name(for: node, weight: 1)
        var details = BatchNorm(channels: channels)
        details.epsilon = try node.number("epsilon", default: 1e-5)
        try finish(node, .batchNorm(details), [x], name: name, like: x)
        for (index, parameter) in ["weight", "bias", "running_mean", "running_var"].enumerated() {
            guard let constant = try weight(node, index + 1) else {
                throw ONNXNodeProblem.broken("has no \(parameter)")
            }
            try keep(constant.tensor, parameter, [[channels]], name)
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
        let x = try value(node)
        guard let stored = try weight(node, 1), stored.tensor.shape.count == 2 else {
            throw ONNXNodeProblem.unsupported("has no matrix of two dimensions")
        }
        if isTransposed { try fold(8 * stored.tensor.count) }
        let matrix = isTransposed ? try stored.transposed([1, 0]) : stored
        let (outputs, inputs) = (matrix.tensor.shape[0], matrix.tensor.shape[1])
        let bias = try self.bias(of: node)
        let name = name(for: node, weight: 1)
        guard x.sides.last == x.count else { return try pixelwise(node, x, matrix, bias, name) }
        guard inputs == x.count else {
            throw ONNXNodeProblem.broken("takes \(inputs) numbers of an image, and is given \(x.count)")
        }
        let details = Linear(inputFeatures: inputs, outputFeatures: outputs, bias: bias != nil || isInteger)
        var result = try add(.linear(details), [try vector(x)], name: name)
        result.sides = x.sides.dropLast() + [outputs]
        try set(node, .value(result))
        layers.insert(result.node)
        if isInteger { try keepWholeMatrix(matrix, bias, input: x, name) }
        var values = matrix.tensor.floats()
        if let columns = x.imported.places(in: ModelInterface.Port.channelsFirst) {
            values = TFLiteNetworkWriter.picking(columns, from: values, rows: outputs)
        }
        try keep(TensorData(values, shape: [outputs, inputs]), as: "weight", of: name)
        try keep(bias, of: outputs, [[outputs], [1, outputs]], name)
    }

    /// A matrix product of each pixel's channels is a convolution of one pixel.
    private mutating func pixelwise(
        _ node: ONNXNodeProto, _ x: ONNXValue, _ matrix: ONNXConstant, _ bias: ONNXConstant?, _ name: String
    ) throws {
        let (outputs, inputs) = (matrix.tensor.shape[0], matrix.tensor.shape[1])
        guard x.isOfChannels(-1), x.shape.isMap, x.shape.channels == inputs else {
            throw ONNXNodeProblem.unsupported(
                "multiplies \(x.sides.shortened) by a matrix, where a vector or the channels of a map are needed")
        }
        let details = Convolution(
            inputChannels: inputs, outputChannels: outputs, kernel: 1, bias: bias != nil || isInteger)
        var result = try add(.convolution(details), [x], name: name)
        result.imported.order = x.imported.order
        result.sides = x.sides.dropLast() + [outputs]
        try set(node, .value(result))
        layers.insert(result.node)
        let kernel = try matrix.reshaped(to: [outputs, inputs, 1, 1])
        if isInteger { try keepWholeConvolution(details, kernel, bias, input: x, name) }
        try keep(kernel.tensor, "weight", [kernel.tensor.shape], name)
        try keep(bias, of: outputs, [[outputs], [1, outputs]], name)
    }

    // MARK: - Weights

    /// Keeps a layer's bias; int8 layers always have one.
    private mutating func keep(
        _ bias: ONNXConstant?, of outputs: Int, _ shapes: [[Int]], _ name: String
    ) throws {
        if let bias {
            try keep(bias.tensor, "bias", shapes, name)
        } else if isInteger {
            try keep(TensorData([Float](repeating: 0, count: outputs)), as: "bias", of: name)
        }
    }

    /// Keeps a tensor that has one of some shapes, in the first of them.
    func checked(_ tensor: TensorData, _ parameter: String, _ shapes: [[Int]]) throws -> TensorData {
        guard shapes.contains(tensor.shape), let shape = shapes.first else {
            throw ONNXNodeProblem.unsupported(
                "has a \(parameter) of shape \(tensor.shape.shortened), where \(shapes.first ?? []) is needed")
        }
        return try tensor.reshaped(to: shape)
    }

    private mutating func keep(_ tensor: TensorData, _ parameter: String, _ shapes: [[Int]], _ name: String) throws {
        try keep(try checked(tensor, parameter, shapes), as: parameter, of: name)
    }
}
