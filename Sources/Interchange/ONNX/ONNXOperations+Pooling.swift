import Networks

/// Operations over windows and between sizes of maps.
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

    /// sqrt(max(mean(x²) − mean(x)², floor)).
    mutating func localDeviation(_ details: LocalDeviation, _ node: Node, _ values: [String]) {
        let window = Self.window(details.window, countsPadding: true)
        let mean = step(node, "mean", "AveragePool", values, window)
        let squares = step(node, "squares", "Mul", [values[0], values[0]])
        let meanSquare = step(node, "meanSquare", "AveragePool", [squares], window)
        let squaredMean = step(node, "squaredMean", "Mul", [mean, mean])
        let variance = step(node, "variance", "Sub", [meanSquare, squaredMean])
        let floor = constant(node, "floor", [Float(details.floor)], shape: [])
        finish(node, "Sqrt", [step(node, "clamped", "Max", [variance, floor])])
    }

    /// avgpool(X·W) / avgpool(W), W upsampled to the map.
    mutating func windowPool(_ details: WindowPool, _ node: Node, _ values: [String], map: Shape, weights: Shape) {
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

    /// mean(max(x, floor)^p)^(1/p).
    mutating func powerPool(_ details: PowerPool, _ node: Node, _ values: [String]) throws {
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

    /// A depthwise convolution by constants, behind a padding.
    mutating func fixedFilter(_ details: FixedFilter, _ node: Node, _ values: [String], map: Shape) {
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

    /// Copies lines as PyTorch does. Resize rounds other scales than whole ones in its own way, so those are spelt out as indices.
    private mutating func upsampleNearest(_ node: Node, _ value: String, from: Size, to: Size) -> String {
        guard from != to else { return value }
        if to.height.isMultiple(of: from.height), to.width.isMultiple(of: from.width) {
            let scales = [1, 1, Float(to.height / from.height), Float(to.width / from.width)]
            let factors = constant(node, "scales", scales, shape: [4])
            return step(
                node, "upsampled", "Resize", [value, "", factors],
                [
                    .text("mode", "nearest"), .text("coordinate_transformation_mode", "asymmetric"),
                    .text("nearest_mode", "floor"),
                ])
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

    mutating func upsampleBilinear(_ details: UpsampleBilinear, _ node: Node, _ values: [String]) {
        let size = integers(node, "size", details.size.pair)
        finish(
            node, "Resize", [values[0], "", "", size],
            [
                .integers("axes", [2, 3]), .text("mode", "linear"),
                .text("coordinate_transformation_mode", "pytorch_half_pixel"),
            ])
    }

    /// Cells of pixels, and the border copied outwards where they do not cover the map.
    mutating func depthToSpace(_ details: DepthToSpace, _ node: Node, _ values: [String], input: Shape) {
        let attributes: [ONNXAttributeProto] = [.integer("blocksize", details.factor), .text("mode", "CRD")]
        let missing = Size(
            details.size.height - input.height * details.factor, details.size.width - input.width * details.factor)
        guard missing != 0 else { return finish(node, "DepthToSpace", values, attributes) }
        let cells = step(node, "cells", "DepthToSpace", values, attributes)
        let pads = integers(node, "pads", [0, 0, 0, 0, 0, 0, missing.height, missing.width])
        finish(node, "Pad", [cells, pads], [.text("mode", "edge")])
    }
}
