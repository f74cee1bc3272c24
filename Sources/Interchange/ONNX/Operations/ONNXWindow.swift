import Networks

/// Parts of operations that have a window.
extension ONNXGraphBuilder {
    /// The attributes of a window that slides over a map.
    static func window(_ window: Window, countsPadding: Bool? = nil) -> [ONNXAttributeProto] {
        var attributes: [ONNXAttributeProto] = [
            .integers("kernel_shape", window.kernel.pair), .integers("strides", window.stride.pair),
            .integers("pads", window.before.pair + window.after.pair),
        ]
        if window.dilation != 1 { attributes.append(.integers("dilations", window.dilation.pair)) }
        return attributes + (countsPadding.map { [.integer("count_include_pad", $0 ? 1 : 0)] } ?? [])
    }

    /// Zeros around a map whose height is dimension `axes`.
    mutating func pad(_ node: Node, _ value: String, _ window: Window, axes: Int) -> String {
        guard window.isPadded else { return value }
        let front = [Int](repeating: 0, count: axes)
        let back = [Int](repeating: 0, count: 2 - axes)
        let sides = front + window.before.pair + back + front + window.after.pair + back
        return step(node, "padded", "Pad", [value, integers(node, "sides", sides)], [.text("mode", "constant")])
    }

    /// Every `step`-th line and column.
    mutating func slice(
        _ node: Node, _ part: String, _ value: String, from start: [Int], count: Size, step stride: Size, axes: [Int]
    ) -> String {
        let end = [start[0] + (count.height - 1) * stride.height + 1, start[1] + (count.width - 1) * stride.width + 1]
        let bounds = [("start", start), ("end", end), ("axes", axes), ("steps", stride.pair)].map { name, numbers in
            integers(node, "\(part)/\(name)", numbers)
        }
        return step(node, part, "Slice", [value] + bounds)
    }

    /// Values side by side in a new first dimension.
    mutating func stack(_ node: Node, _ part: String, _ values: [String]) -> String {
        let front = integers(node, "front", [0])
        let raised = values.enumerated().map { index, value in
            step(node, "\(part)/raised\(index)", "Unsqueeze", [value, front])
        }
        return step(node, part, "Concat", raised, [.integer("axis", 0)])
    }
}
