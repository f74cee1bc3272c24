import Networks

// Operations on single elements.

extension Activation: ONNXOperation {
    func append(_ node: Node, _ values: [String], _ shapes: [Shape], to graph: inout ONNXGraphBuilder) {
        switch function {
        case .relu: graph.finish(node, "Relu", values)
        case .relu6:
            let bounds = [graph.constant(node, "min", [0], shape: []), graph.constant(node, "max", [6], shape: [])]
            graph.finish(node, "Clip", values + bounds)
        case .sigmoid: graph.finish(node, "Sigmoid", values)
        case .hardSwish: graph.finish(node, "HardSwish", values)
        case .hardSigmoid:
            graph.finish(node, "HardSigmoid", values, [.number("alpha", 1.0 / 6), .number("beta", 0.5)])
        case .exponential: graph.finish(node, "Exp", values)
        case .softplus: graph.finish(node, "Softplus", values)
        case .tanh: graph.finish(node, "Tanh", values)
        case .hardTanh:
            let bounds = [graph.constant(node, "min", [-1], shape: []), graph.constant(node, "max", [1], shape: [])]
            graph.finish(node, "Clip", values + bounds)
        case .identity: graph.finish(node, "Identity", values)
        }
    }

    func bulk(_ node: Node, _ map: Shape) -> ONNXBulk { .parametersAlone }
    func restored(_ parameter: String, from parts: ONNXParts) -> ONNXRestored { .withoutEffect }
}

extension Scale: ONNXOperation {
    func append(_ node: Node, _ values: [String], _ shapes: [Shape], to graph: inout ONNXGraphBuilder) throws {
        if let offset {
            let scaled = graph.step(
                node, "scaled", "Mul", values + [graph.constant(node, "factor", [Float(factor)], shape: [1])])
            return graph.finish(
                node, "Add", [scaled, graph.constant(node, "offset", [Float(offset)], shape: [1])])
        }
        guard isLearned else {
            return graph.finish(node, "Mul", values + [graph.constant(node, "factor", [Float(factor)], shape: [1])])
        }
        var learned = try graph.parameter(learnedName, of: node)
        switch combination {
        case .add: return graph.finish(node, "Add", values + [learned])
        case .subtract: return graph.finish(node, "Sub", values + [learned])
        case nil: break
        }
        if isProportion {
            let bounds = [graph.constant(node, "low", [0], shape: []), graph.constant(node, "high", [1], shape: [])]
            learned = graph.step(node, "proportion", "Clip", [learned] + bounds)
        }
        graph.finish(node, "Mul", values + [learned])
    }

    func bulk(_ node: Node, _ map: Shape) -> ONNXBulk { .parametersAlone }
    func restored(_ parameter: String, from parts: ONNXParts) -> ONNXRestored { .withoutEffect }
}

extension Add: ONNXOperation {
    func append(_ node: Node, _ values: [String], _ shapes: [Shape], to graph: inout ONNXGraphBuilder) {
        graph.finish(node, "Add", values)
    }

    func bulk(_ node: Node, _ map: Shape) -> ONNXBulk { .parametersAlone }
    func restored(_ parameter: String, from parts: ONNXParts) -> ONNXRestored { .withoutEffect }
}

extension Subtract: ONNXOperation {
    func append(_ node: Node, _ values: [String], _ shapes: [Shape], to graph: inout ONNXGraphBuilder) {
        graph.finish(node, "Sub", values)
    }

    func bulk(_ node: Node, _ map: Shape) -> ONNXBulk { .parametersAlone }
    func restored(_ parameter: String, from parts: ONNXParts) -> ONNXRestored { .withoutEffect }
}

extension Multiply: ONNXOperation {
    func append(_ node: Node, _ values: [String], _ shapes: [Shape], to graph: inout ONNXGraphBuilder) {
        graph.finish(node, "Mul", values)
    }

    func bulk(_ node: Node, _ map: Shape) -> ONNXBulk { .parametersAlone }
    func restored(_ parameter: String, from parts: ONNXParts) -> ONNXRestored { .withoutEffect }
}

extension ParametricReLU: ONNXOperation {
    func append(_ node: Node, _ values: [String], _ shapes: [Shape], to graph: inout ONNXGraphBuilder) throws {
        guard let channels else { return graph.finish(node, "LeakyRelu", values, [.number("alpha", slope)]) }
        // Of a map they spread over rows and columns.
        let shape = shapes[0].isMap ? [channels, 1, 1] : [channels]
        let slopes = graph.constant(node, "slopes", try graph.weight("weight", of: node).floats(), shape: shape)
        graph.finish(node, "PRelu", values + [slopes])
    }

    func bulk(_ node: Node, _ map: Shape) -> ONNXBulk { .parametersAlone }

    func restored(_ parameter: String, from parts: ONNXParts) -> ONNXRestored {
        ONNXRestored(parts.floats("slopes").flatMap { $0.count == channels ? $0 : nil })
    }
}

extension Softmax: ONNXOperation {
    func append(_ node: Node, _ values: [String], _ shapes: [Shape], to graph: inout ONNXGraphBuilder) {
        graph.finish(node, "Softmax", values, [.integer("axis", 1)])
    }

    func bulk(_ node: Node, _ map: Shape) -> ONNXBulk { .parametersAlone }
    func restored(_ parameter: String, from parts: ONNXParts) -> ONNXRestored { .withoutEffect }
}

extension Dropout: ONNXOperation {
    func append(_ node: Node, _ values: [String], _ shapes: [Shape], to graph: inout ONNXGraphBuilder) {
        graph.alias(node, to: values[0])
    }

    func bulk(_ node: Node, _ map: Shape) -> ONNXBulk { .parametersAlone }
    func restored(_ parameter: String, from parts: ONNXParts) -> ONNXRestored { .withoutEffect }
}

extension GaussianNoise: ONNXOperation {
    func append(_ node: Node, _ values: [String], _ shapes: [Shape], to graph: inout ONNXGraphBuilder) {
        // Evaluation has no noise: zeros of the noise's size.
        let zeros = graph.constant(
            node, "zeros", [Float](repeating: 0, count: size.area), shape: [1, 1] + size.pair)
        graph.finish(node, "Mul", values + [zeros])
    }

    func bulk(_ node: Node, _ map: Shape) -> ONNXBulk { ONNXBulk(numbers: ONNXBulk.area(size)) }
    func restored(_ parameter: String, from parts: ONNXParts) -> ONNXRestored { .withoutEffect }
}
