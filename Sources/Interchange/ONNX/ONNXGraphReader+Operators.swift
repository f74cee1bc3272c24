import Networks

/// One small function an operator: the operation of ours that computes it.
extension ONNXGraphReader {
    private static let known = [
        "Add", "AveragePool", "BatchNormalization", "Clip", "Constant", "Conv", "DepthToSpace", "Dropout", "Exp",
        "Flatten", "Gemm",
        "GlobalAveragePool", "HardSigmoid", "HardSwish", "Identity", "MatMul", "MaxPool", "Mul", "ReduceMean", "Relu",
        "Reshape", "Sigmoid",
        "Softplus", "Squeeze",
    ]

    /// Appends what a node computes.
    ///
    /// - Throws: `ONNXNodeProblem`, `FileProblem` or `NetworkError`.
    mutating func append(_ node: ONNXNodeProto) throws {
        guard node.domain.isEmpty || node.domain == "ai.onnx" else {
            throw ONNXNodeProblem("is no standard operator: it belongs to \(node.domain)")
        }
        switch node.opType {
        case "Constant": try set(node, .constant(try node.constant()))
        case "Identity", "Dropout": try identity(node)
        case "Conv": try convolution(node)
        case "BatchNormalization": try batchNorm(node)
        case "Relu": try activation(node, .relu)
        case "Sigmoid": try activation(node, .sigmoid)
        case "HardSwish": try activation(node, .hardSwish)
        case "Exp": try activation(node, .exponential)
        case "Softplus": try activation(node, .softplus)
        case "HardSigmoid": try hardSigmoid(node)
        case "Clip": try clip(node)
        case "Add": try sum(node)
        case "Mul": try product(node)
        case "MaxPool": try maxPool(node)
        case "AveragePool": try averagePool(node)
        case "GlobalAveragePool": try finish(node, .globalAveragePool(GlobalAveragePool()), [try self.node(node, 0)])
        case "ReduceMean": try mean(node)
        case "Flatten", "Reshape", "Squeeze": try flatten(node)
        case "Gemm": try linear(node)
        case "MatMul": try matrixProduct(node)
        case "DepthToSpace": try depthToSpace(node)
        default:
            throw ONNXNodeProblem("is an operator that is not read: known are \(Self.known.joined(separator: ", "))")
        }
    }

    private mutating func identity(_ node: ONNXNodeProto) throws {
        if isConstant(node, 0), let tensor = try constant(node, 0) { return try set(node, .constant(tensor)) }
        try set(node, .node(try self.node(node, 0)))
    }

    // MARK: - Weights

    private mutating func convolution(_ node: ONNXNodeProto) throws {
        let x = try self.node(node, 0)
        guard let kernel = try constant(node, 1), kernel.shape.count == 4 else {
            throw ONNXNodeProblem("has no kernel of four dimensions")
        }
        guard (node.integers("dilations") ?? []).allSatisfy({ $0 == 1 }) else {
            throw ONNXNodeProblem("is dilated, which is not supported")
        }
        let bias = try constant(node, 2)
        let groups = node.integer("group", default: 1)
        let (channels, overflow) = kernel.shape[1].multipliedReportingOverflow(by: groups)
        guard !overflow, (1...1 << 20).contains(channels) else { throw ONNXNodeProblem("has \(groups) groups") }
        let size = Size(kernel.shape[2], kernel.shape[3])
        let window = try Self.window(node, kernel: size, input: builder.shape(of: x))
        let name = name(for: node, weight: 1)
        let details = Convolution(
            inputChannels: channels, outputChannels: kernel.shape[0], kernel: size, stride: window.stride,
            padding: window.padding,
            groups: groups, bias: bias != nil)
        try finish(node, .convolution(details), [x], name: name)
        try keep(kernel, "weight", [kernel.shape], name)
        if let bias { try keep(bias, "bias", [[kernel.shape[0]]], name) }
    }

    private mutating func batchNorm(_ node: ONNXNodeProto) throws {
        let x = try self.node(node, 0)
        let channels = builder.shape(of: x).channels
        let name = name(for: node, weight: 1)
        var details = BatchNorm(channels: channels)
        details.epsilon = node.number("epsilon", default: 1e-5)
        try finish(node, .batchNorm(details), [x], name: name)
        for (index, parameter) in ["weight", "bias", "running_mean", "running_var"].enumerated() {
            guard let tensor = try constant(node, index + 1) else { throw ONNXNodeProblem("has no \(parameter)") }
            try keep(tensor, parameter, [[channels]], name)
        }
    }

    private mutating func linear(_ node: ONNXNodeProto) throws {
        guard node.number("alpha", default: 1) == 1, node.number("beta", default: 1) == 1,
            node.integer("transA", default: 0) == 0
        else {
            throw ONNXNodeProblem("scales or transposes what a linear layer does not")
        }
        guard var matrix = try constant(node, 1) else { throw ONNXNodeProblem("has no matrix") }
        if node.integer("transB", default: 0) == 0 { matrix = try Self.transposed(matrix) }
        try linear(node, matrix, bias: try constant(node, 2))
    }

    private mutating func matrixProduct(_ node: ONNXNodeProto) throws {
        guard let matrix = try constant(node, 1) else { throw ONNXNodeProblem("has no matrix") }
        let bias = node.output.first.flatMap { biases[$0] }.flatMap { constant(named: $0) }
        try linear(node, try Self.transposed(matrix), bias: bias)
    }

    private mutating func linear(_ node: ONNXNodeProto, _ matrix: TensorData, bias: TensorData?) throws {
        let x = try self.node(node, 0)
        guard matrix.shape.count == 2 else { throw ONNXNodeProblem("has a matrix of shape \(matrix.shape)") }
        let name = name(for: node, weight: 1)
        let details = Linear(inputFeatures: matrix.shape[1], outputFeatures: matrix.shape[0], bias: bias != nil)
        try finish(node, .linear(details), [x], name: name)
        try keep(matrix, "weight", [matrix.shape], name)
        if let bias { try keep(bias, "bias", [[matrix.shape[0]], [1, matrix.shape[0]]], name) }
    }

    private mutating func keep(_ tensor: TensorData, _ parameter: String, _ shapes: [[Int]], _ name: String) throws {
        guard shapes.contains(tensor.shape), let shape = shapes.first else {
            throw ONNXNodeProblem("has a \(parameter) of shape \(tensor.shape), where \(shapes.first ?? []) is needed")
        }
        keep(try tensor.reshaped(to: shape), as: parameter, of: name)
    }

    private static func transposed(_ matrix: TensorData) throws -> TensorData {
        guard matrix.shape.count == 2 else { throw ONNXNodeProblem("has a matrix of shape \(matrix.shape)") }
        let (rows, columns, values) = (matrix.shape[0], matrix.shape[1], matrix.floats())
        var result = [Float](repeating: 0, count: values.count)
        for row in 0..<rows {
            for column in 0..<columns { result[column * rows + row] = values[row * columns + column] }
        }
        return try TensorData(result, shape: [columns, rows])
    }

    // MARK: - Element by element

    private mutating func activation(_ node: ONNXNodeProto, _ function: Activation.Function) throws {
        try finish(node, .activation(Activation(function)), [try self.node(node, 0)])
    }

    private mutating func hardSigmoid(_ node: ONNXNodeProto) throws {
        guard abs(node.number("alpha", default: 0.2) - 1.0 / 6) < 1e-4, node.number("beta", default: 0.5) == 0.5 else {
            throw ONNXNodeProblem("has a slope that is not 1/6 or an offset that is not 0.5")
        }
        try activation(node, .hardSigmoid)
    }

    private mutating func clip(_ node: ONNXNodeProto) throws {
        let low = try constant(node, 1)?.doubles().first ?? node.number("min", default: -.infinity)
        let high = try constant(node, 2)?.doubles().first ?? node.number("max", default: .infinity)
        switch (low, high) {
        case (0, 6): try activation(node, .relu6)
        case (0, _) where high >= Double(Float.greatestFiniteMagnitude): try activation(node, .relu)
        default: throw ONNXNodeProblem("clips to \(low) … \(high); ReLU (0 …) and ReLU6 (0 … 6) are known")
        }
    }

    private mutating func sum(_ node: ONNXNodeProto) throws {
        for (value, constant) in [(0, 1), (1, 0)] where isConstant(node, constant) {
            // The bias of a matrix product is in its layer already.
            guard biases[node.input[value]] == node.input[constant] else {
                throw ONNXNodeProblem("adds a constant, which is not supported")
            }
            return try set(node, .node(try self.node(node, value)))
        }
        try finish(node, .add(Add()), [try self.node(node, 0), try self.node(node, 1)])
    }

    private mutating func product(_ node: ONNXNodeProto) throws {
        for (value, factor) in [(0, 1), (1, 0)] where isConstant(node, factor) {
            guard let numbers = try constant(node, factor)?.doubles(), numbers.count == 1 else {
                throw ONNXNodeProblem("multiplies by several constants, which is not supported")
            }
            return try finish(node, .scale(Scale(numbers[0])), [try self.node(node, value)])
        }
        try finish(node, .multiply(Multiply()), [try self.node(node, 0), try self.node(node, 1)])
    }

    // MARK: - Windows

    private mutating func maxPool(_ node: ONNXNodeProto) throws {
        let x = try self.node(node, 0)
        let (kernel, window) = try Self.poolWindow(node, input: builder.shape(of: x))
        try finish(node, .maxPool(MaxPool(kernel: kernel, stride: window.stride, padding: window.padding)), [x])
    }

    private mutating func averagePool(_ node: ONNXNodeProto) throws {
        let x = try self.node(node, 0)
        let (kernel, window) = try Self.poolWindow(node, input: builder.shape(of: x))
        let pool = AveragePool(
            kernel: kernel, stride: window.stride, padding: window.padding,
            countsPadding: node.integer("count_include_pad", default: 0) == 1)
        try finish(node, .averagePool(pool), [x])
    }

    private static func poolWindow(_ node: ONNXNodeProto, input: Shape) throws -> (Size, (stride: Size, padding: Size))
    {
        guard let sides = node.integers("kernel_shape"), sides.count == 2 else {
            throw ONNXNodeProblem("has no kernel of two dimensions")
        }
        guard node.integer("ceil_mode", default: 0) == 0, (node.integers("dilations") ?? []).allSatisfy({ $0 == 1 })
        else {
            throw ONNXNodeProblem("rounds its size up or is dilated, which is not supported")
        }
        let kernel = Size(sides[0], sides[1])
        return (kernel, try window(node, kernel: kernel, input: input))
    }

    /// Stride and padding, which has to be the same on both sides.
    private static func window(_ node: ONNXNodeProto, kernel: Size, input: Shape) throws -> (
        stride: Size, padding: Size
    ) {
        let strides = node.integers("strides") ?? [1, 1]
        let range = 0...1024
        guard strides.count == 2, strides.allSatisfy({ (1...1024).contains($0) }), range.contains(kernel.height),
            range.contains(kernel.width)
        else { throw ONNXNodeProblem("has the kernel \(kernel) and strides \(strides), which are no window of a map") }
        let stride = Size(strides[0], strides[1])
        var pads = node.integers("pads") ?? [0, 0, 0, 0]
        let automatic = node.text("auto_pad") ?? "NOTSET"
        if automatic.hasPrefix("SAME") {
            let totals = [(input.height, kernel.height, stride.height), (input.width, kernel.width, stride.width)].map {
                side, kernel, stride in
                max(0, ((side + stride - 1) / stride - 1) * stride + kernel - side)
            }
            pads = totals.map { $0 / 2 } + totals.map { ($0 + 1) / 2 }
        }
        guard pads.count == 4, pads[0] == pads[2], pads[1] == pads[3], pads.allSatisfy(range.contains) else {
            throw ONNXNodeProblem("pads one side more than the other (\(pads)), which is not supported")
        }
        return (stride, Size(pads[0], pads[1]))
    }

    // MARK: - Shapes

    private mutating func mean(_ node: ONNXNodeProto) throws {
        let x = try self.node(node, 0)
        let axes = try constant(node, 1)?.int64s().map { Int($0) } ?? node.integers("axes") ?? []
        guard builder.shape(of: x).isMap, Set(axes.map { $0 < 0 ? $0 &+ 4 : $0 }) == [2, 3] else {
            throw ONNXNodeProblem("averages over axes \(axes), and only the mean of a whole map ([2, 3]) is known")
        }
        let name = name(for: node)
        guard node.integer("keepdims", default: 1) == 0 else {
            return try finish(node, .globalAveragePool(GlobalAveragePool()), [x], name: name)
        }
        let pooled = try builder.add(.globalAveragePool(GlobalAveragePool()), [x], name: "\(name).mean")
        try finish(node, .flatten(Flatten()), [pooled], name: name)
    }

    /// Flatten, and what others write for it.
    private mutating func flatten(_ node: ONNXNodeProto) throws {
        let x = try self.node(node, 0)
        let shape = builder.shape(of: x)
        let isFlattening: Bool
        switch node.opType {
        case "Flatten": isFlattening = node.integer("axis", default: 1) == 1
        case "Squeeze":
            let axes = try constant(node, 1)?.int64s() ?? node.integers("axes")?.map { Int64($0) } ?? []
            isFlattening = shape.isMap && shape.size == 1 && Set(axes.map { $0 < 0 ? $0 &+ 4 : $0 }) == [2, 3]
        default:
            let target = try constant(node, 1)?.int64s() ?? []
            isFlattening = target.count == 2 && (target[1] == -1 || target[1] == Int64(shape.count))
        }
        guard isFlattening else {
            throw ONNXNodeProblem("changes shapes other than from a map to a vector, which is not supported")
        }
        guard shape.isMap else { return try set(node, .node(x)) }
        try finish(node, .flatten(Flatten()), [x])
    }

    private mutating func depthToSpace(_ node: ONNXNodeProto) throws {
        let x = try self.node(node, 0)
        let (factor, shape) = (node.integer("blocksize", default: 0), builder.shape(of: x))
        guard node.text("mode") == "CRD", (1...256).contains(factor) else {
            throw ONNXNodeProblem("has the block size \(factor) or an order of channels that is not CRD")
        }
        let details = DepthToSpace(factor: factor, size: Size(shape.height * factor, shape.width * factor))
        try finish(node, .depthToSpace(details), [x])
    }
}
