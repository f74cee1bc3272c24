import Networks

// Poolings that weigh all elements of a window alike, or by themselves.

extension MaxPool: ONNXOperation {
    func append(_ node: Node, _ values: [String], _ shapes: [Shape], to graph: inout ONNXGraphBuilder) {
        graph.finish(node, "MaxPool", values, ONNXGraphBuilder.window(window))
    }

    func bulk(_ node: Node, _ map: Shape) -> ONNXBulk { .parametersAlone }
    func restored(_ parameter: String, from parts: ONNXParts) -> ONNXRestored { .withoutEffect }
}

extension AveragePool: ONNXOperation {
    func append(_ node: Node, _ values: [String], _ shapes: [Shape], to graph: inout ONNXGraphBuilder) {
        graph.finish(
            node, "AveragePool", values,
            ONNXGraphBuilder.window(window, countsPadding: countsPadding)
                + (coversBorder ? [.integer("ceil_mode", 1)] : []))
    }

    func bulk(_ node: Node, _ map: Shape) -> ONNXBulk { .parametersAlone }
    func restored(_ parameter: String, from parts: ONNXParts) -> ONNXRestored { .withoutEffect }
}

extension GlobalAveragePool: ONNXOperation {
    func append(_ node: Node, _ values: [String], _ shapes: [Shape], to graph: inout ONNXGraphBuilder) {
        let axis =
            switch side {
            case nil: 0
            case .height: 2
            case .width: 3
            }
        guard axis > 0 else { return graph.finish(node, "GlobalAveragePool", values) }
        graph.finish(node, "ReduceMean", values + [graph.integers(node, "axes", [axis])])
    }

    func bulk(_ node: Node, _ map: Shape) -> ONNXBulk { .parametersAlone }
    func restored(_ parameter: String, from parts: ONNXParts) -> ONNXRestored { .withoutEffect }
}

extension GlobalMaxPool: ONNXOperation {
    func append(_ node: Node, _ values: [String], _ shapes: [Shape], to graph: inout ONNXGraphBuilder) {
        graph.finish(node, "GlobalMaxPool", values)
    }

    func bulk(_ node: Node, _ map: Shape) -> ONNXBulk { .parametersAlone }
    func restored(_ parameter: String, from parts: ONNXParts) -> ONNXRestored { .withoutEffect }
}

extension LocalDeviation: ONNXOperation {
    func append(_ node: Node, _ values: [String], _ shapes: [Shape], to graph: inout ONNXGraphBuilder) {
        graph.localDeviation(self, node, values)
    }

    func bulk(_ node: Node, _ map: Shape) -> ONNXBulk { .parametersAlone }
    func restored(_ parameter: String, from parts: ONNXParts) -> ONNXRestored { .withoutEffect }
}

extension PowerPool: ONNXOperation {
    func append(_ node: Node, _ values: [String], _ shapes: [Shape], to graph: inout ONNXGraphBuilder) throws {
        try graph.powerPool(self, node, values)
    }

    func bulk(_ node: Node, _ map: Shape) -> ONNXBulk { .parametersAlone }
    func restored(_ parameter: String, from parts: ONNXParts) -> ONNXRestored { .withoutEffect }
}

extension ONNXGraphBuilder {
    /// sqrt(max(mean(x²) − mean(x)², floor)).
    fileprivate mutating func localDeviation(_ details: LocalDeviation, _ node: Node, _ values: [String]) {
        let window = Self.window(details.window, countsPadding: true)
        let mean = step(node, "mean", "AveragePool", values, window)
        let squares = step(node, "squares", "Mul", [values[0], values[0]])
        let meanSquare = step(node, "meanSquare", "AveragePool", [squares], window)
        let squaredMean = step(node, "squaredMean", "Mul", [mean, mean])
        let variance = step(node, "variance", "Sub", [meanSquare, squaredMean])
        let floor = constant(node, "floor", [Float(details.floor)], shape: [])
        finish(node, "Sqrt", [step(node, "clamped", "Max", [variance, floor])])
    }

    /// mean(max(x, floor)^p)^(1/p).
    fileprivate mutating func powerPool(_ details: PowerPool, _ node: Node, _ values: [String]) throws {
        let map = details.takesAbsolute ? step(node, "absolute", "Abs", values) : values[0]
        let positive = step(node, "positive", "Max", [map, constant(node, "floor", [Float(details.floor)], shape: [])])
        let exponent = details.isLearned ? Double(try weight("p", of: node).floats().first ?? 1) : details.exponent
        let name =
            details.isLearned ? try parameter("p", of: node) : constant(node, "exponent", [Float(exponent)], shape: [1])
        let powers = step(node, "powers", "Pow", [positive, name])
        let mean = step(
            node, "mean", "AveragePool", [powers],
            Self.window(details.window, countsPadding: false))
        let present = step(node, "present", "Max", [mean, constant(node, "least", [1e-30], shape: [])])
        finish(node, "Pow", [present, constant(node, "root", [Float(1 / exponent)], shape: [1])])
    }
}
