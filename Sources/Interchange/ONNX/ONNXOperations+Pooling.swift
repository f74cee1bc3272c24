import Networks

/// Operations over windows and between sizes of maps.
extension ONNXGraphBuilder {
    /// The attributes of a window that slides over a map.
    static func window(_ kernel: Size, _ stride: Size, _ padding: Size, countsPadding: Bool? = nil)
        -> [ONNXAttributeProto]
    {
        let attributes: [ONNXAttributeProto] = [
            .integers("kernel_shape", kernel.pair), .integers("strides", stride.pair),
            .integers("pads", padding.pair + padding.pair),
        ]
        return attributes + (countsPadding.map { [.integer("count_include_pad", $0 ? 1 : 0)] } ?? [])
    }

    /// sqrt(max(mean(x²) − mean(x)², floor)).
    mutating func localDeviation(_ details: LocalDeviation, _ node: Node, _ values: [String]) {
        let window = Self.window(details.kernel, details.stride, details.padding, countsPadding: true)
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
        let window = Self.window(details.kernel, details.stride, details.padding, countsPadding: true)
        let pixels = upsampleNearest(node, values[1], from: weights.size, to: map.size)
        let weighted = step(node, "weighted", "Mul", [values[0], pixels])
        guard details.isNormalised else { return finish(node, "AveragePool", [weighted], window) }
        let sums = [weighted, pixels].enumerated().map { index, map in
            step(node, index == 0 ? "numerator" : "denominator", "AveragePool", [map], window)
        }
        finish(node, "Div", sums)
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
