import Networks

extension WindowPool: ONNXOperation {
    func append(_ node: Node, _ values: [String], _ shapes: [Shape], to graph: inout ONNXGraphBuilder) {
        graph.windowPool(self, node, values, map: shapes[0], weights: shapes[1])
    }

    func bulk(_ node: Node, _ map: Shape) -> ONNXBulk { ONNXBulk(numbers: Double(map.height + map.width)) }
    func restored(_ parameter: String, from parts: ONNXParts) -> ONNXRestored { .withoutEffect }
}

extension ONNXGraphBuilder {
    /// avgpool(X·W) / avgpool(W), W upsampled to the map.
    fileprivate mutating func windowPool(
        _ details: WindowPool, _ node: Node, _ values: [String], map: Shape, weights: Shape
    ) {
        let window = Self.window(details.window, countsPadding: true)
        let pixels = upsampleNearest(node, values[1], from: weights.size, to: map.size)
        let weighted = step(node, "weighted", "Mul", [values[0], pixels])
        guard details.isNormalised else { return finish(node, "AveragePool", [weighted], window) }
        let sums = [weighted, pixels].enumerated().map { index, map in
            step(node, index == 0 ? "numerator" : "denominator", "AveragePool", [map], window)
        }
        guard details.isSampled else { return finish(node, "Div", sums) }
        // A window without any weight gives 0.
        let least = constant(node, "least", [1e-30], shape: [])
        finish(node, "Div", [sums[0], step(node, "present", "Max", [sums[1], least])])
    }

    /// Attributes of a Resize by whole factors, in which every pixel becomes a block of its copies.
    static let wholeNearest: [ONNXAttributeProto] = [
        .text("mode", "nearest"), .text("coordinate_transformation_mode", "asymmetric"), .text("nearest_mode", "floor"),
    ]

    /// Copies lines as PyTorch does. Resize rounds other scales than whole ones in its own way, so those are spelt out as indices.
    private mutating func upsampleNearest(_ node: Node, _ value: String, from: Size, to: Size) -> String {
        guard from != to else { return value }
        if to.height.isMultiple(of: from.height), to.width.isMultiple(of: from.width) {
            let scales = [1, 1, Float(to.height / from.height), Float(to.width / from.width)]
            let factors = constant(node, "scales", scales, shape: [4])
            return step(
                node, "upsampled", "Resize", [value, "", factors], Self.wholeNearest)
        }
        var result = value
        for (axis, name, source, destination) in [
            (2, "rows", from.height, to.height), (3, "columns", from.width, to.width),
        ] {
            let upsampling = NearestUpsampling(from: source, to: destination)
            let lines = integers(node, "\(name)/lines", (0..<destination).map(upsampling.sourceLine))
            result = step(node, name, "Gather", [result, lines], [.integer("axis", axis)])
        }
        return result
    }
}
