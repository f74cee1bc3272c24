import Networks

// Layers of weights.

extension Convolution: ONNXOperation {
    func append(_ node: Node, _ values: [String], _ shapes: [Shape], to graph: inout ONNXGraphBuilder) throws {
        var inputs = [values[0], try graph.parameter("weight", of: node)]
        if bias { inputs.append(try graph.parameter("bias", of: node)) }
        graph.finish(node, "Conv", inputs, ONNXGraphBuilder.window(window) + [.integer("group", groups)])
    }

    func bulk(_ node: Node, _ map: Shape) -> ONNXBulk { .parametersAlone }
    func restored(_ parameter: String, from parts: ONNXParts) -> ONNXRestored { .withoutEffect }
}

extension Linear: ONNXOperation {
    func append(_ node: Node, _ values: [String], _ shapes: [Shape], to graph: inout ONNXGraphBuilder) throws {
        var inputs = [values[0], try graph.parameter("weight", of: node)]
        if bias { inputs.append(try graph.parameter("bias", of: node)) }
        graph.finish(node, "Gemm", inputs, [.integer("transB", 1)])
    }

    func bulk(_ node: Node, _ map: Shape) -> ONNXBulk { .parametersAlone }
    func restored(_ parameter: String, from parts: ONNXParts) -> ONNXRestored { .withoutEffect }
}

extension BatchNorm: ONNXOperation {
    func append(_ node: Node, _ values: [String], _ shapes: [Shape], to graph: inout ONNXGraphBuilder) throws {
        let parameters = try ["weight", "bias", "running_mean", "running_var"].map { try graph.parameter($0, of: node) }
        graph.finish(node, "BatchNormalization", values + parameters, [.number("epsilon", epsilon)])
    }

    func bulk(_ node: Node, _ map: Shape) -> ONNXBulk { .parametersAlone }
    func restored(_ parameter: String, from parts: ONNXParts) -> ONNXRestored { .withoutEffect }
}

extension InstanceNorm: ONNXOperation {
    func append(_ node: Node, _ values: [String], _ shapes: [Shape], to graph: inout ONNXGraphBuilder) throws {
        let parameters = try ["weight", "bias"].map { try graph.parameter($0, of: node) }
        graph.finish(node, "InstanceNormalization", values + parameters, [.number("epsilon", epsilon)])
    }

    func bulk(_ node: Node, _ map: Shape) -> ONNXBulk { .parametersAlone }
    func restored(_ parameter: String, from parts: ONNXParts) -> ONNXRestored { .withoutEffect }
}
