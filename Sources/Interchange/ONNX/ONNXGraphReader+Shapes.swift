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
            countsPadding: try node.integer("count_include_pad", default: 0) == 1)
        try finish(node, .averagePool(pool), [x])
    }

    private static func poolWindow(_ node: ONNXNodeProto, input: Shape) throws -> Window {
        guard let sides = try node.integers("kernel_shape"), sides.count == 2 else {
            throw ONNXNodeProblem.unsupported("has no kernel of two dimensions")
        }
        guard try node.integer("ceil_mode", default: 0) == 0 else {
            throw ONNXNodeProblem.unsupported("rounds its size up, which is not supported")
        }
        return try window(node, kernel: Size(sides[0], sides[1]), input: input)
    }

    /// The window of a node: kernel, stride, dilation and padding.
    static func window(_ node: ONNXNodeProto, kernel: Size, input: Shape) throws -> Window {
        let strides = try node.integers("strides") ?? [1, 1]
        let dilations = try node.integers("dilations") ?? [1, 1]
        let sides = [kernel.pair, strides, dilations]
        guard sides.allSatisfy({ $0.count == 2 && $0.allSatisfy((1...1024).contains) }) else {
            let text =
                "has the kernel \(kernel), strides \(strides.shortened) and dilations \(dilations.shortened), which are no window of a map"
            throw sides.contains { $0.contains { $0 < 1 } }
                ? ONNXNodeProblem.broken(text) : ONNXNodeProblem.unsupported(text)
        }
        var window = Window(
            kernel: kernel, stride: Size(strides[0], strides[1]), dilation: Size(dilations[0], dilations[1]))
        switch try node.text("auto_pad") ?? "NOTSET" {
        case "NOTSET", "":
            let pads = try node.integers("pads") ?? [0, 0, 0, 0]
            guard pads.count == 4, pads.allSatisfy((0...Window.longest).contains) else {
                let text = "has the padding \(pads.shortened), which is none of a map"
                throw pads.contains { $0 < 0 } ? ONNXNodeProblem.broken(text) : ONNXNodeProblem.unsupported(text)
            }
            (window.before, window.after) = (Size(pads[0], pads[1]), Size(pads[2], pads[3]))
        case "VALID": break
        case "SAME_UPPER": window.padToSame(input.size, extraLast: true)
        case "SAME_LOWER": window.padToSame(input.size, extraLast: false)
        case let other: throw ONNXNodeProblem.broken("has the auto_pad \(other.quoted)")
        }
        return window
    }

    // MARK: - Shapes

    /// The mean or the maximum of a whole map.
    mutating func globalPool(_ node: ONNXNodeProto, _ operation: Operation) throws {
        try finish(node, operation, [try self.node(node, 0)])
    }

    /// The same, written as a reduction over two axes.
    mutating func reduction(_ node: ONNXNodeProto, _ operation: Operation, _ part: String) throws {
        let x = try self.node(node, 0)
        let axes = try axes(node)
        guard builder.shape(of: x).isMap, axes == [2, 3] else {
            throw ONNXNodeProblem.unsupported(
                "reduces axes \(axes.sorted().shortened), and only the \(part) of a whole map ([2, 3]) is known")
        }
        let name = name(for: node)
        guard try node.integer("keepdims", default: 1) == 0 else {
            return try finish(node, operation, [x], name: name)
        }
        let pooled = try builder.add(operation, [x], name: unique("\(name).\(part)"))
        try finish(node, .flatten(Flatten()), [pooled], name: name)
    }

    /// Axes of a batch of maps, counted from the front.
    private func axes(_ node: ONNXNodeProto) throws -> Set<Int> {
        let axes = try wholeNumbers(node, 1)?.map { Int($0) } ?? node.integers("axes") ?? []
        return Set(axes.map { $0 < 0 ? $0 &+ 4 : $0 })
    }

    /// Flatten, and what others write for it.
    mutating func flatten(_ node: ONNXNodeProto) throws {
        let x = try self.node(node, 0)
        let shape = builder.shape(of: x)
        let isFlattening: Bool
        switch node.opType {
        case "Flatten":
            let axis = try node.integer("axis", default: 1)
            isFlattening = axis == 1 || axis == -shape.dimensions.count
        case "Squeeze": isFlattening = try shape.isMap && shape.size == 1 && axes(node) == [2, 3]
        default:
            let target = try wholeNumbers(node, 1) ?? []
            isFlattening = target.count == 2 && keepsImages(target[0], target[1], to: Int64(shape.count))
        }
        guard isFlattening else {
            throw ONNXNodeProblem.unsupported(
                "changes shapes other than from a map to a vector, which is not supported")
        }
        guard shape.isMap else { return try set(node, .node(x)) }
        try finish(node, .flatten(Flatten()), [x])
    }

    /// Whether a reshaping to two sides leaves each image its own row.
    private func keepsImages(_ rows: Int64, _ columns: Int64, to count: Int64) -> Bool {
        switch rows {
        // 0 copies the batch's size, and −1 derives it.
        case 0: columns == count || columns == -1
        case -1: columns == count
        // Models for one image or a fixed number say that; one whose batch is open takes just as many.
        default: columns == count ? batch == nil || batch == rows : columns == -1 && batch == rows
        }
    }

    /// A constant input of whole numbers; nil where it is left out.
    func wholeNumbers(_ node: ONNXNodeProto, _ index: Int) throws -> [Int64]? {
        guard let tensor = try constant(node, index) else { return nil }
        guard let numbers = try? tensor.int64s() else {
            throw ONNXNodeProblem.broken("takes \(node.input[index].quoted), which are no whole numbers")
        }
        return numbers
    }

    mutating func depthToSpace(_ node: ONNXNodeProto) throws {
        let x = try self.node(node, 0)
        let (factor, shape) = (try node.integer("blocksize", default: 0), builder.shape(of: x))
        guard try node.text("mode") == "CRD", (1...256).contains(factor) else {
            throw ONNXNodeProblem.unsupported(
                "has the block size \(factor) or an order of channels that is not CRD")
        }
        let details = DepthToSpace(factor: factor, size: Size(shape.height * factor, shape.width * factor))
        try finish(node, .depthToSpace(details), [x])
    }
}
