import Networks

/// One small function an operator: poolings, means, and what changes shapes.
extension ONNXGraphReader {
    // MARK: - Windows

    mutating func maxPool(_ node: ONNXNodeProto) throws {
        let x = try self.node(node, 0)
        try finish(node, .maxPool(MaxPool(try Self.poolWindow(node, input: builder.shape(of: x)))), [x])
    }

    mutating func averagePool(_ node: ONNXNodeProto) throws {
        let x = try self.node(node, 0)
        let pool = AveragePool(
            try Self.poolWindow(node, input: builder.shape(of: x)),
            countsPadding: node.integer("count_include_pad", default: 0) == 1)
        try finish(node, .averagePool(pool), [x])
    }

    private static func poolWindow(_ node: ONNXNodeProto, input: Shape) throws -> Window {
        guard let sides = node.integers("kernel_shape"), sides.count == 2 else {
            throw ONNXNodeProblem.unsupported("has no kernel of two dimensions")
        }
        guard node.integer("ceil_mode", default: 0) == 0 else {
            throw ONNXNodeProblem.unsupported("rounds its size up, which is not supported")
        }
        return try window(node, kernel: Size(sides[0], sides[1]), input: input)
    }

    /// The window of a node: kernel, stride, dilation and padding.
    static func window(_ node: ONNXNodeProto, kernel: Size, input: Shape) throws -> Window {
        let strides = node.integers("strides") ?? [1, 1]
        let dilations = node.integers("dilations") ?? [1, 1]
        guard [kernel.pair, strides, dilations].allSatisfy({ $0.count == 2 && $0.allSatisfy((1...1024).contains) })
        else {
            throw ONNXNodeProblem.unsupported(
                "has the kernel \(kernel), strides \(strides) and dilations \(dilations), which are no window of a map")
        }
        var window = Window(
            kernel: kernel, stride: Size(strides[0], strides[1]), dilation: Size(dilations[0], dilations[1]))
        switch node.text("auto_pad") ?? "NOTSET" {
        case "NOTSET", "":
            let pads = node.integers("pads") ?? [0, 0, 0, 0]
            guard pads.count == 4, pads.allSatisfy((0...Window.longest).contains) else {
                throw ONNXNodeProblem.unsupported("has the padding \(pads), which is none of a map")
            }
            (window.before, window.after) = (Size(pads[0], pads[1]), Size(pads[2], pads[3]))
        case "VALID": break
        case "SAME_UPPER": window.padToSame(input.size, extraLast: true)
        case "SAME_LOWER": window.padToSame(input.size, extraLast: false)
        case let other: throw ONNXNodeProblem.broken("has the auto_pad “\(other)”")
        }
        return window
    }

    // MARK: - Shapes

    mutating func globalAveragePool(_ node: ONNXNodeProto) throws {
        try finish(node, .globalAveragePool(GlobalAveragePool()), [try self.node(node, 0)])
    }

    mutating func mean(_ node: ONNXNodeProto) throws {
        let x = try self.node(node, 0)
        let axes = try axes(node)
        guard builder.shape(of: x).isMap, axes == [2, 3] else {
            throw ONNXNodeProblem.unsupported(
                "averages over axes \(axes.sorted()), and only the mean of a whole map ([2, 3]) is known")
        }
        let name = name(for: node)
        guard node.integer("keepdims", default: 1) == 0 else {
            return try finish(node, .globalAveragePool(GlobalAveragePool()), [x], name: name)
        }
        let pooled = try builder.add(.globalAveragePool(GlobalAveragePool()), [x], name: "\(name).mean")
        try finish(node, .flatten(Flatten()), [pooled], name: name)
    }

    /// Axes of a batch of maps, counted from the front.
    private func axes(_ node: ONNXNodeProto) throws -> Set<Int> {
        let axes = try constant(node, 1)?.int64s().map { Int($0) } ?? node.integers("axes") ?? []
        return Set(axes.map { $0 < 0 ? $0 &+ 4 : $0 })
    }

    /// Flatten, and what others write for it.
    mutating func flatten(_ node: ONNXNodeProto) throws {
        let x = try self.node(node, 0)
        let shape = builder.shape(of: x)
        let isFlattening: Bool
        switch node.opType {
        case "Flatten":
            let axis = node.integer("axis", default: 1)
            isFlattening = axis == 1 || axis == -shape.dimensions.count
        case "Squeeze": isFlattening = try shape.isMap && shape.size == 1 && axes(node) == [2, 3]
        default:
            let target = try constant(node, 1)?.int64s() ?? []
            // The batch stays: 0 copies its size, −1 derives it, and models for one image or a fixed number say that.
            isFlattening =
                target.count == 2 && ((-1...1).contains(target[0]) || target[0] == batch)
                && (target[1] == Int64(shape.count) || (target[1] == -1 && target[0] != -1))
        }
        guard isFlattening else {
            throw ONNXNodeProblem.unsupported(
                "changes shapes other than from a map to a vector, which is not supported")
        }
        guard shape.isMap else { return try set(node, .node(x)) }
        try finish(node, .flatten(Flatten()), [x])
    }

    mutating func depthToSpace(_ node: ONNXNodeProto) throws {
        let x = try self.node(node, 0)
        let (factor, shape) = (node.integer("blocksize", default: 0), builder.shape(of: x))
        guard node.text("mode") == "CRD", (1...256).contains(factor) else {
            throw ONNXNodeProblem.unsupported(
                "has the block size \(factor) or an order of channels that is not CRD")
        }
        let details = DepthToSpace(factor: factor, size: Size(shape.height * factor, shape.width * factor))
        try finish(node, .depthToSpace(details), [x])
    }
}
