import Networks

// Operations that change sizes, and the image itself.

extension Input: ONNXOperation {
    func append(_ node: Node, _ values: [String], _ shapes: [Shape], to graph: inout ONNXGraphBuilder) {
        graph.input(node)
    }

    func bulk(_ node: Node, _ map: Shape) -> ONNXBulk { .parametersAlone }
    func restored(_ parameter: String, from parts: ONNXParts) -> ONNXRestored { .withoutEffect }
}

extension Flatten: ONNXOperation {
    func append(_ node: Node, _ values: [String], _ shapes: [Shape], to graph: inout ONNXGraphBuilder) {
        guard toPixel else { return graph.finish(node, "Flatten", values, [.integer("axis", 1)]) }
        graph.finish(node, "Reshape", values + [graph.integers(node, "shape", [0, -1, 1, 1])])
    }

    func bulk(_ node: Node, _ map: Shape) -> ONNXBulk { .parametersAlone }
    func restored(_ parameter: String, from parts: ONNXParts) -> ONNXRestored { .withoutEffect }
}

extension UpsampleBilinear: ONNXOperation {
    func append(_ node: Node, _ values: [String], _ shapes: [Shape], to graph: inout ONNXGraphBuilder) {
        let sides = graph.integers(node, "size", size.pair)
        graph.finish(
            node, "Resize", [values[0], "", "", sides],
            [
                .integers("axes", [2, 3]), .text("mode", "linear"),
                .text("coordinate_transformation_mode", "pytorch_half_pixel"),
            ])
    }

    func bulk(_ node: Node, _ map: Shape) -> ONNXBulk { .parametersAlone }
    func restored(_ parameter: String, from parts: ONNXParts) -> ONNXRestored { .withoutEffect }
}

extension UpsampleNearest: ONNXOperation {
    func append(_ node: Node, _ values: [String], _ shapes: [Shape], to graph: inout ONNXGraphBuilder) {
        let (rows, columns) = (copied(shapes[0].height, size.height), copied(shapes[0].width, size.width))
        if let down = factor(rows, of: shapes[0].height), let across = factor(columns, of: shapes[0].width) {
            let scales = graph.constant(node, "scales", [1, 1, Float(down), Float(across)], shape: [4])
            return graph.finish(node, "Resize", [values[0], "", scales], ONNXGraphBuilder.wholeNearest)
        }
        // Resize rounds in its own way between whole factors, so the lines are spelt out.
        let lines = ["rows", "columns"].map { $0 + "/lines" }
        let indices = [graph.integers(node, lines[0], rows), graph.integers(node, lines[1], columns)]
        let picked = graph.step(node, "rows", "Gather", [values[0], indices[0]], [.integer("axis", 2)])
        graph.finish(node, "Gather", [picked, indices[1]], [.integer("axis", 3)])
    }

    private func copied(_ source: Int, _ destination: Int) -> [Int] {
        let line = lines(from: source, to: destination)
        return (0..<destination).map { line($0) }
    }

    /// How often each of `source` lines is copied, where all are equally often, one behind the other.
    private func factor(_ lines: [Int], of source: Int) -> Int? {
        let factor = lines.count / max(1, source)
        return lines.count == factor * source && lines.enumerated().allSatisfy { $1 == $0 / factor } ? factor : nil
    }

    func bulk(_ node: Node, _ map: Shape) -> ONNXBulk {
        ONNXBulk(numbers: Double(size.height) + Double(size.width))
    }
    func restored(_ parameter: String, from parts: ONNXParts) -> ONNXRestored { .withoutEffect }
}

extension Concatenation: ONNXOperation {
    func append(_ node: Node, _ values: [String], _ shapes: [Shape], to graph: inout ONNXGraphBuilder) {
        graph.finish(node, "Concat", values, [.integer("axis", 1)])
    }

    func bulk(_ node: Node, _ map: Shape) -> ONNXBulk { .parametersAlone }
    func restored(_ parameter: String, from parts: ONNXParts) -> ONNXRestored { .withoutEffect }
}

extension Slice: ONNXOperation {
    func append(_ node: Node, _ values: [String], _ shapes: [Shape], to graph: inout ONNXGraphBuilder) {
        let bounds = [("start", start), ("end", start + count), ("axis", 1)].map { graph.integers(node, $0, [$1]) }
        graph.finish(node, "Slice", values + bounds)
    }

    func bulk(_ node: Node, _ map: Shape) -> ONNXBulk { .parametersAlone }
    func restored(_ parameter: String, from parts: ONNXParts) -> ONNXRestored { .withoutEffect }
}

extension Pad: ONNXOperation {
    func append(_ node: Node, _ values: [String], _ shapes: [Shape], to graph: inout ONNXGraphBuilder) {
        let sides = graph.integers(node, "sides", [0, 0] + before.pair + [0, 0] + after.pair)
        let filling = graph.constant(node, "value", [Float(value)], shape: [])
        graph.finish(node, "Pad", [values[0], sides, filling], [.text("mode", "constant")])
    }

    func bulk(_ node: Node, _ map: Shape) -> ONNXBulk { .parametersAlone }
    func restored(_ parameter: String, from parts: ONNXParts) -> ONNXRestored { .withoutEffect }
}

extension DepthToSpace: ONNXOperation {
    func append(_ node: Node, _ values: [String], _ shapes: [Shape], to graph: inout ONNXGraphBuilder) {
        // Cells of pixels, and the border copied outwards where they do not cover the map.
        let attributes: [ONNXAttributeProto] = [.integer("blocksize", factor), .text("mode", "CRD")]
        let missing = Size(size.height - shapes[0].height * factor, size.width - shapes[0].width * factor)
        guard missing != 0 else { return graph.finish(node, "DepthToSpace", values, attributes) }
        let cells = graph.step(node, "cells", "DepthToSpace", values, attributes)
        let pads = graph.integers(node, "pads", [0, 0, 0, 0, 0, 0, missing.height, missing.width])
        graph.finish(node, "Pad", [cells, pads], [.text("mode", "edge")])
    }

    func bulk(_ node: Node, _ map: Shape) -> ONNXBulk { .parametersAlone }
    func restored(_ parameter: String, from parts: ONNXParts) -> ONNXRestored { .withoutEffect }
}

extension SpaceToDepth: ONNXOperation {
    func append(_ node: Node, _ values: [String], _ shapes: [Shape], to graph: inout ONNXGraphBuilder) {
        var (map, shape) = (values[0], shapes[0])
        let whole = Size(shape.height / factor * factor, shape.width / factor * factor)
        if shape.size != whole {
            // ONNX has no cells that a map's border cuts.
            map = graph.slice(node, "whole", map, from: [0, 0], count: whole, step: 1, axes: [2, 3])
            shape = Shape(shape.channels, whole)
        }
        let attributes: [ONNXAttributeProto] = [.integer("blocksize", factor)]
        guard shape.channels > 1, factor > 1 else { return graph.finish(node, "SpaceToDepth", [map], attributes) }
        // SpaceToDepth has the channels of a place side by side, and the network a channel's cell, as DepthToSpace in
        // its mode CRD.
        let (channels, area, size) = (shape.channels, factor * factor, node.shape.size.pair)
        let places = graph.step(node, "places", "SpaceToDepth", [map], attributes)
        let apart = graph.step(
            node, "apart", "Reshape", [places, graph.integers(node, "apart/shape", [0, area, channels] + size)])
        let turned = graph.step(node, "turned", "Transpose", [apart], [.integers("perm", [0, 2, 1, 3, 4])])
        graph.finish(node, "Reshape", [turned, graph.integers(node, "shape", [0, channels * area] + size)])
    }

    func bulk(_ node: Node, _ map: Shape) -> ONNXBulk { .parametersAlone }
    func restored(_ parameter: String, from parts: ONNXParts) -> ONNXRestored { .withoutEffect }
}
