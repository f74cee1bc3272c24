import Networks

extension FixedFilter: ONNXOperation {
    func append(_ node: Node, _ values: [String], _ shapes: [Shape], to graph: inout ONNXGraphBuilder) {
        graph.fixedFilter(self, node, values, map: shapes[0])
    }

    func bulk(_ node: Node, _ map: Shape) -> ONNXBulk {
        let filters = Double(map.channels * rows.count) * ONNXBulk.area(kernel)
        return ONNXBulk(numbers: filters + 2 * Double(map.height + map.width))
    }
    func restored(_ parameter: String, from parts: ONNXParts) -> ONNXRestored { .withoutEffect }
}

extension ONNXGraphBuilder {
    /// A depthwise convolution by constants, behind a padding.
    fileprivate mutating func fixedFilter(_ details: FixedFilter, _ node: Node, _ values: [String], map: Shape) {
        let (count, kernel) = (details.rows.count, details.kernel)
        let bank = details.filters.flatMap { $0 }.map { Float($0) }
        let filters = constant(
            node, "filters", (0..<map.channels).flatMap { _ in bank }, shape: [map.channels * count, 1] + kernel.pair)
        var padded = values[0]
        switch details.border {
        case .zero: padded = pad(node, padded, details.window, axes: 2)
        case .reflect:
            for (axis, name, before, size, after) in [
                (2, "rows", details.before.height, map.height, details.after.height),
                (3, "columns", details.before.width, map.width, details.after.width),
            ] where before > 0 || after > 0 {
                let sources = (0..<before + size + after).compactMap { details.source($0, before: before, count: size) }
                padded = step(
                    node, name, "Gather", [padded, integers(node, "\(name)/lines", sources)], [.integer("axis", axis)])
            }
        }
        finish(
            node, "Conv", [padded, filters],
            Self.window(Window(kernel: kernel, stride: details.stride)) + [.integer("group", map.channels)])
    }
}
