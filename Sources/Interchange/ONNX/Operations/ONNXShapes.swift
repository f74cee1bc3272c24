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
        graph.finish(node, "Flatten", values, [.integer("axis", 1)])
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
