import Networks

extension ComparisonPool: ONNXOperation {
    func append(_ node: Node, _ values: [String], _ shapes: [Shape], to graph: inout ONNXGraphBuilder) throws {
        try graph.comparisonPool(self, node, values, map: shapes[0])
    }

    func bulk(_ node: Node, _ map: Shape) -> ONNXBulk {
        let elements = ONNXBulk.area(window.kernel)
        return ONNXBulk(numbers: (elements + 1) * ONNXBulk.area(node.shape.size), operators: elements)
    }
    func restored(_ parameter: String, from parts: ONNXParts) -> ONNXRestored { .withoutEffect }
}

extension ONNXGraphBuilder {
    /// Σ w(x, m)·x / Σ w(x, m), over elements `[k, B, C, h, w]`.
    fileprivate mutating func comparisonPool(_ details: ComparisonPool, _ node: Node, _ values: [String], map: Shape)
        throws
    {
        let (size, kernel) = (node.shape.size, details.window.kernel)
        let elements = windowElements(details, node, values[0])
        let ones = presence(details, map: map.size, size: size)
        let mask =
            !details.window.isPadded ? nil : constant(node, "mask", ones, shape: [kernel.area, 1, 1] + size.pair)
        let centre = slice(node, "centre", values[1], from: [0, 0], count: size, step: 1, axes: [2, 3])
        func masked(_ value: String, _ part: String, _ builder: inout Self) -> String {
            mask.map { builder.step(node, part, "Mul", [value, $0]) } ?? value
        }
        let weights: String
        switch details.weighting {
        case .dice: weights = likeness(node, elements, centre)
        case .detail, .detailAbove:
            let signed = step(node, "difference", "Sub", [elements, centre])
            let distance = details.weighting == .detail ? signed : step(node, "above", "Relu", [signed])
            let squares = step(
                node, "squares", "Add",
                [
                    step(node, "squared", "Mul", [distance, distance]),
                    constant(node, "epsilon", [Float(ComparisonPool.epsilon)], shape: []),
                ])
            let total = sum(node, "total", masked(squares, "counted", &self), keepsDimensions: true)
            let counts = (0..<size.area).map { place in
                (0..<kernel.area).reduce(Float(0)) { $0 + ones[$1 * size.area + place] }
            }
            let mean = step(
                node, "meanSquare", "Div", [total, constant(node, "counts", counts, shape: [1, 1, 1] + size.pair)])
            let ratio = step(node, "ratio", "Div", [squares, mean])
            let halved = step(
                node, "exponent", "Mul", [try channelwise("lambda", node), constant(node, "half", [0.5], shape: [])])
            weights = step(
                node, "weights", "Add", [step(node, "power", "Pow", [ratio, halved]), try channelwise("alpha", node)])
        }
        let shares = masked(weights, "shares", &self)
        let weighted = sum(node, "weighted", step(node, "products", "Mul", [shares, elements]), keepsDimensions: false)
        finish(node, "Div", [weighted, sum(node, "weight", shares, keepsDimensions: false)])
    }

    /// exp(2xm / (x² + m²)).
    private mutating func likeness(_ node: Node, _ elements: String, _ centre: String) -> String {
        let products = step(node, "crossed", "Mul", [elements, centre])
        let twice = step(node, "twice", "Mul", [products, constant(node, "two", [2], shape: [])])
        let own = step(node, "own", "Mul", [elements, elements])
        let other = step(node, "other", "Mul", [centre, centre])
        let tiny = constant(node, "tiny", [Float(ComparisonPool.tiny)], shape: [])
        let norms = step(node, "norms", "Add", [step(node, "both", "Add", [own, other]), tiny])
        return step(node, "weights", "Exp", [step(node, "likeness", "Div", [twice, norms])])
    }

    /// exp of a parameter of each channel, for elements.
    private mutating func channelwise(_ name: String, _ node: Node) throws -> String {
        let exponential = step(node, "\(name)/exp", "Exp", [try parameter(name, of: node)])
        return step(
            node, "\(name)/spread", "Reshape", [exponential, integers(node, "\(name)/shape", [1, 1, -1, 1, 1])])
    }

    private mutating func sum(_ node: Node, _ part: String, _ value: String, keepsDimensions: Bool) -> String {
        step(
            node, part, "ReduceSum", [value, integers(node, "\(part)/axes", [0])],
            [.integer("keepdims", keepsDimensions ? 1 : 0)])
    }

    /// `[k, B, C, h, w]`: element i of each window; 0 outside of the map.
    private mutating func windowElements(_ details: ComparisonPool, _ node: Node, _ value: String) -> String {
        let padded = pad(node, value, details.window, axes: 2)
        let (kernel, dilation) = (details.window.kernel, details.window.dilation)
        let parts = (0..<kernel.area).map { index -> String in
            let start = [index / kernel.width * dilation.height, index % kernel.width * dilation.width]
            return slice(
                node, "element\(index)", padded, from: start, count: node.shape.size, step: details.window.stride,
                axes: [2, 3])
        }
        return stack(node, "elements", parts)
    }

    /// 1 where an element of a window lies on the map, else 0: `[k, h, w]`.
    private func presence(_ details: ComparisonPool, map: Size, size: Size) -> [Float] {
        let window = details.window
        return (0..<window.kernel.area).flatMap { index in
            (0..<size.area).map { place -> Float in
                let y = window.line(index / window.kernel.width, of: place / size.width)
                let x = window.column(index % window.kernel.width, of: place % size.width)
                return (0..<map.height).contains(y) && (0..<map.width).contains(x) ? 1 : 0
            }
        }
    }
}
