import Networks

/// One small function an operation of ours: the operators that compute it in evaluation mode.
extension ONNXGraphBuilder {
    /// Appends a node.
    ///
    /// - Throws: `InterchangeError` that names the tensor that is missing or does not fit.
    mutating func append(_ node: Node, inputs: [Node]) throws {
        let values = inputs.map { value(of: $0) }
        switch node.operation {
        case .input: input(node)
        case .convolution(let details): try convolution(details, node, values)
        case .batchNorm(let details): try batchNorm(details, node, values)
        case .instanceNorm(let details): try instanceNorm(details, node, values)
        case .activation(let details): activation(details.function, node, values)
        case .scale(let details): try scale(details, node, values)
        case .add: finish(node, "Add", values)
        case .multiply: finish(node, "Mul", values)
        case .dropout: alias(node, to: values[0])
        case .gaussianNoise(let details): noNoise(details, node, values)
        case .maxPool(let details):
            finish(node, "MaxPool", values, Self.window(details.window))
        case .averagePool(let details):
            finish(
                node, "AveragePool", values,
                Self.window(details.window, countsPadding: details.countsPadding)
                    + (details.coversBorder ? [.integer("ceil_mode", 1)] : []))
        case .globalAveragePool: finish(node, "GlobalAveragePool", values)
        case .localDeviation(let details): localDeviation(details, node, values)
        case .powerPool(let details): try powerPool(details, node, values)
        case .windowPool(let details): windowPool(details, node, values, map: inputs[0].shape, weights: inputs[1].shape)
        case .comparisonPool(let details): try comparisonPool(details, node, values, map: inputs[0].shape)
        case .rnnPool(let details): try recurrentPool(details, node, values)
        case .fixedFilter(let details): fixedFilter(details, node, values, map: inputs[0].shape)
        case .upsampleBilinear(let details): upsampleBilinear(details, node, values)
        case .depthToSpace(let details): depthToSpace(details, node, values, input: inputs[0].shape)
        case .multiHeadAttention(let details): try attention(details, node, values)
        case .attentionHead(let details): try attentionHead(details, node, values)
        case .positionEmbedding(let details): try positions(details, node, values)
        case .linear(let details): try linear(details, node, values)
        case .flatten: finish(node, "Flatten", values, [.integer("axis", 1)])
        }
    }

    private mutating func convolution(_ details: Convolution, _ node: Node, _ values: [String]) throws {
        var inputs = [values[0], try parameter("weight", of: node)]
        if details.bias { inputs.append(try parameter("bias", of: node)) }
        let window = Self.window(details.window)
        finish(node, "Conv", inputs, window + [.integer("group", details.groups)])
    }

    private mutating func batchNorm(_ details: BatchNorm, _ node: Node, _ values: [String]) throws {
        let parameters = try ["weight", "bias", "running_mean", "running_var"].map { try parameter($0, of: node) }
        finish(node, "BatchNormalization", values + parameters, [.number("epsilon", details.epsilon)])
    }

    private mutating func instanceNorm(_ details: InstanceNorm, _ node: Node, _ values: [String]) throws {
        let parameters = try ["weight", "bias"].map { try parameter($0, of: node) }
        finish(node, "InstanceNormalization", values + parameters, [.number("epsilon", details.epsilon)])
    }

    private mutating func activation(_ function: Activation.Function, _ node: Node, _ values: [String]) {
        switch function {
        case .relu: finish(node, "Relu", values)
        case .relu6:
            let bounds = [constant(node, "min", [0], shape: []), constant(node, "max", [6], shape: [])]
            finish(node, "Clip", values + bounds)
        case .sigmoid: finish(node, "Sigmoid", values)
        case .hardSwish: finish(node, "HardSwish", values)
        case .hardSigmoid: finish(node, "HardSigmoid", values, [.number("alpha", 1.0 / 6), .number("beta", 0.5)])
        case .exponential: finish(node, "Exp", values)
        case .softplus: finish(node, "Softplus", values)
        }
    }

    private mutating func scale(_ details: Scale, _ node: Node, _ values: [String]) throws {
        guard details.isLearned else {
            return finish(node, "Mul", values + [constant(node, "factor", [Float(details.factor)], shape: [1])])
        }
        var factor = try parameter("factor", of: node)
        if details.isProportion {
            let bounds = [constant(node, "low", [0], shape: []), constant(node, "high", [1], shape: [])]
            factor = step(node, "proportion", "Clip", [factor] + bounds)
        }
        finish(node, "Mul", values + [factor])
    }

    /// Evaluation has no noise: zeros of the noise's size.
    private mutating func noNoise(_ details: GaussianNoise, _ node: Node, _ values: [String]) {
        let zeros = constant(
            node, "zeros", [Float](repeating: 0, count: details.size.area), shape: [1, 1] + details.size.pair)
        finish(node, "Mul", values + [zeros])
    }

    private mutating func linear(_ details: Linear, _ node: Node, _ values: [String]) throws {
        var inputs = [values[0], try parameter("weight", of: node)]
        if details.bias { inputs.append(try parameter("bias", of: node)) }
        finish(node, "Gemm", inputs, [.integer("transB", 1)])
    }
}
