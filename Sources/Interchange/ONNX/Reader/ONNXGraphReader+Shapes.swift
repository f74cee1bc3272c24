import Networks

/// One small function an operator: poolings, means, and what changes shapes.
extension ONNXGraphReader {
    // MARK: - Windows

    mutating func maxPool(_ node: ONNXNodeProto) throws {
        let x = try map(node)
        try finish(node, .maxPool(MaxPool(try Self.poolWindow(node, input: x.shape))), [x])
        try keepNumbers(node, of: x)
    }

    mutating func averagePool(_ node: ONNXNodeProto) throws {
        let x = try map(node)
        let asked = try Self.window(ofPooling: node, input: x.shape)
        let countsPadding = try node.integer("count_include_pad", default: 0) == 1
        var window = asked
        try Self.roundUp(&window, node, input: x.shape)
        // Lines that are added to reach the size do not count as padding that was asked for.
        let isLonger = window != asked
        guard !isLonger || !countsPadding || !asked.isPadded else {
            throw ONNXNodeProblem.unsupported("rounds its size up and counts its padding, which is not supported")
        }
        let pool = AveragePool(window, countsPadding: countsPadding && !isLonger)
        try finish(node, .averagePool(pool), [x])
        try keepNumbers(node, of: x)
    }

    private static func poolWindow(_ node: ONNXNodeProto, input: Shape) throws -> Window {
        var window = try window(ofPooling: node, input: input)
        try roundUp(&window, node, input: input)
        return window
    }

    private static func window(ofPooling node: ONNXNodeProto, input: Shape) throws -> Window {
        guard let sides = try node.integers("kernel_shape"), sides.count == 2 else {
            throw ONNXNodeProblem.unsupported("has no kernel of two dimensions")
        }
        return try window(node, kernel: Size(sides[0], sides[1]), input: input)
    }

    /// Adds lines behind a map where a pooling's size is rounded up, for the windows that begin on it.
    private static func roundUp(_ window: inout Window, _ node: ONNXNodeProto, input: Shape) throws {
        guard try node.integer("ceil_mode", default: 0) != 0 else { return }
        func missing(_ side: Int, _ before: Int, _ after: Int, _ extent: Int, _ stride: Int) -> Int {
            let all = side + before + after
            guard all >= extent else { return 0 }
            var last = (all - extent + stride - 1) / stride
            // A window that begins behind the map is none.
            if last * stride >= side + before { last -= 1 }
            return max(0, last * stride + extent - all)
        }
        let (extent, stride) = (window.extent, window.stride)
        let rows = missing(input.height, window.before.height, window.after.height, extent.height, stride.height)
        let columns = missing(input.width, window.before.width, window.after.width, extent.width, stride.width)
        window.after = Size(window.after.height + rows, window.after.width + columns)
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

    // MARK: - Reductions

    /// The mean or the maximum of a whole map.
    mutating func globalPool(_ node: ONNXNodeProto, _ operation: Operation) throws {
        let x = try map(node)
        try finish(node, operation, [x])
        if case .globalMaxPool = operation { try keepNumbers(node, of: x) }
    }

    /// Means of whole maps, of rows and of columns.
    mutating func reduceMean(_ node: ONNXNodeProto) throws {
        guard let (x, reduced) = try reduced(node, "mean") else { return }
        let rows = reduced.contains(.height) || x.shape.height == 1
        let columns = reduced.contains(.width) || x.shape.width == 1
        let side: GlobalAveragePool.Side? = rows && columns ? nil : rows ? .height : .width
        try finishReduction(node, .globalAveragePool(GlobalAveragePool(over: side)), x, "mean")
    }

    mutating func reduceMax(_ node: ONNXNodeProto) throws {
        guard let (x, reduced) = try reduced(node, "maximum") else { return }
        guard reduced.contains(.height) || x.shape.height == 1, reduced.contains(.width) || x.shape.width == 1 else {
            throw ONNXNodeProblem.unsupported("takes the maximum over one side of a map")
        }
        try finishReduction(node, .globalMaxPool(GlobalMaxPool()), x, "maximum")
        try keepNumbers(node, of: x)
    }

    /// What a node reduces, and the axes of the map that go; nil where it leaves all as it is.
    private mutating func reduced(_ node: ONNXNodeProto, _ part: String) throws -> (ONNXValue, Set<MapAxis>)? {
        let x = try value(node)
        guard let axes = try axes(node, of: x.sides.count) else {
            guard try node.integer("noop_with_empty_axes", default: 0) == 1 else {
                throw ONNXNodeProblem.unsupported("takes the \(part) of all images")
            }
            try set(node, .value(x))
            return nil
        }
        let places = axes.filter { x.sides[$0] > 1 }
        let reduced = x.axes.map { all in Set(places.flatMap { all[$0] }) }
        guard let reduced, !axes.contains(0), !reduced.contains(.channels), !reduced.isEmpty || x.shape.size == 1 else {
            throw ONNXNodeProblem.unsupported(
                "reduces axes \(axes.sorted().shortened), and only the \(part) of a map, its rows or its columns is known"
            )
        }
        return (try pixel(x), reduced)
    }

    private mutating func finishReduction(
        _ node: ONNXNodeProto, _ operation: Operation, _ x: ONNXValue, _ part: String
    ) throws {
        let axes = try axes(node, of: x.sides.count) ?? []
        let keeps = try node.integer("keepdims", default: 1) != 0
        let name = name(for: node)
        var result = try add(operation, [x], name: keeps ? name : unique("\(name).\(part)"))
        result.imported.order = x.imported.order
        result.sides = x.sides.indices.compactMap { axes.contains($0) ? (keeps ? 1 : nil) : x.sides[$0] }
        if !keeps { result.flattening = name }
        try set(node, .value(result))
    }

    /// Axes, counted from the front; nil where none are said.
    private func axes(_ node: ONNXNodeProto, of rank: Int) throws -> Set<Int>? {
        guard let axes = try wholeNumbers(node, 1)?.map({ Int($0) }) ?? node.integers("axes"), !axes.isEmpty else {
            return nil
        }
        let places = axes.map { $0 < 0 ? $0 &+ rank : $0 }
        guard places.allSatisfy((0..<rank).contains), Set(places).count == places.count else {
            throw ONNXNodeProblem.broken("has the axes \(axes.shortened) of values of \(rank) dimensions")
        }
        return Set(places)
    }

    // MARK: - Shapes

    /// Reshape, Flatten, Squeeze and Unsqueeze: the same numbers under other axes.
    mutating func reshape(_ node: ONNXNodeProto) throws {
        var x = try shown(node)
        guard x.imported.padding == (0, 0), let sides = try changedSides(node, x.sides, isConstant: false),
            Self.product(sides) == x.count
        else {
            throw ONNXNodeProblem.unsupported(
                "changes shapes other than an image's own (\(x.sides.dropFirst().map { $0 }.shortened)), which is not supported"
            )
        }
        x.sides = sides
        if sides.count == 2, x.shape.isMap { x.flattening = name(for: node) }
        try set(node, .value(x))
    }

    /// A product that is no larger than any map's; nil for others, and where a factor is not above 0.
    static func product(_ sides: [Int]) -> Int? {
        var product = 1
        for side in sides {
            let (next, overflow) = product.multipliedReportingOverflow(by: side)
            guard side > 0, !overflow, next <= 1 << 31 else { return nil }
            product = next
        }
        return product
    }

    /// The sides that a node gives to a constant, or to a value whose batch stands first; nil where it does not fit them.
    func changedSides(_ node: ONNXNodeProto, _ sides: [Int], isConstant: Bool) throws -> [Int]? {
        let first = isConstant ? 0 : 1
        switch node.opType {
        case "Flatten":
            let stated = try node.integer("axis", default: 1)
            let axis = stated < 0 ? stated &+ sides.count : stated
            guard (first...max(first, sides.count)).contains(axis), axis <= sides.count,
                let front = Self.product(Array(sides[..<axis])), let back = Self.product(Array(sides[axis...])),
                isConstant || front == 1
            else { return nil }
            return [front, back]
        case "Squeeze":
            guard let axes = try axes(node, of: sides.count), axes.allSatisfy({ sides[$0] == 1 && $0 >= first }) else {
                return nil
            }
            return sides.indices.compactMap { axes.contains($0) ? nil : sides[$0] }
        case "Unsqueeze":
            let count = try wholeNumbers(node, 1)?.count ?? node.integers("axes")?.count ?? 0
            guard count < 8, let axes = try axes(node, of: sides.count + count), axes.allSatisfy({ $0 >= first }) else {
                return nil
            }
            var left = sides[...]
            return (0..<sides.count + count).map { axes.contains($0) ? 1 : left.removeFirst() }
        default: return try reshapedSides(node, sides, isConstant: isConstant)
        }
    }

    private func reshapedSides(_ node: ONNXNodeProto, _ sides: [Int], isConstant: Bool) throws -> [Int]? {
        let keepsZeros = try node.integer("allowzero", default: 0) != 0
        let target = try wholeNumbers(node, 1) ?? []
        guard target.count <= 8, target.filter({ $0 == -1 }).count <= 1 else { return nil }
        var result: [Int] = []
        for (index, side) in target.enumerated() {
            guard side == 0, !keepsZeros else {
                guard side >= -1, side <= 1 << 31 else { return nil }
                result.append(Int(side))
                continue
            }
            guard sides.indices.contains(index) else { return nil }
            result.append(sides[index])
        }
        guard let count = isConstant ? sides.reduce(1, *) : Self.product(sides) else { return nil }
        if !isConstant {
            guard let stated = target.first else { return nil }
            let isOfShape = try constant(node, 1)?.isOfShape == true
            let isBatch = stated == 0 || stated == batch || isOfShape && stated == 1
            // Images keep a row each: their number is that of the batch, or what is left by sides that take all numbers of one.
            guard isBatch || Self.product(Array(result.dropFirst())) == count && (stated == -1 || batch == nil) else {
                return nil
            }
            result[0] = 1
        }
        guard let open = result.firstIndex(of: -1) else { return result }
        result.remove(at: open)
        guard let others = Self.product(result), count % others == 0 else { return nil }
        result.insert(count / others, at: open)
        return result
    }

    /// Axes in another order: no number moves, they are only named anew.
    mutating func transpose(_ node: ONNXNodeProto) throws {
        var x = try shown(node)
        let order = try node.integers("perm") ?? Array(x.sides.indices.reversed())
        guard order.sorted() == Array(x.sides.indices) else {
            throw ONNXNodeProblem.broken("orders \(x.sides.count) axes by \(order.shortened)")
        }
        guard order[0] == 0, x.imported.padding == (0, 0) else {
            throw ONNXNodeProblem.unsupported("turns the batch to another place")
        }
        guard let axes = x.axes else { return try shuffleChannels(node, x, order) }
        var moved = order.flatMap { axes[$0] }
        // Axes of one element that no axis of the tensor names.
        moved += x.imported.order.filter { !moved.contains($0) }
        x.imported.order = moved
        x.sides = order.map { x.sides[$0] }
        try set(node, .value(x))
    }

    /// The sides of a value, which are known here but for the batch.
    mutating func shape(_ node: ONNXNodeProto) throws {
        let x = try shown(node)
        let sides = [Int(batch ?? 1)] + x.sides.dropFirst()
        let part = try Self.part(of: sides, node)
        try set(node, .constant(ONNXConstant(try TensorData(part.map { Int64($0) }), isOfShape: true)))
    }

    /// The sides that a Shape asks for.
    static func part(of sides: [Int], _ node: ONNXNodeProto) throws -> [Int] {
        func place(_ stated: Int) -> Int { max(0, min(sides.count, stated < 0 ? stated &+ sides.count : stated)) }
        let start = place(try node.integer("start", default: 0))
        let end = place(try node.integer("end", default: sides.count))
        return Array(sides[start..<max(start, end)])
    }

    /// A constant input of whole numbers; nil where it is left out.
    func wholeNumbers(_ node: ONNXNodeProto, _ index: Int) throws -> [Int64]? {
        guard let tensor = try constant(node, index)?.tensor else { return nil }
        guard let numbers = try? tensor.int64s() else {
            throw ONNXNodeProblem.broken("takes \(node.input[index].quoted), which are no whole numbers")
        }
        return numbers
    }

    mutating func depthToSpace(_ node: ONNXNodeProto) throws {
        let x = try map(node)
        let (factor, shape) = (try node.integer("blocksize", default: 0), x.shape)
        guard try node.text("mode") == "CRD", (1...256).contains(factor) else {
            throw ONNXNodeProblem.unsupported(
                "has the block size \(factor) or an order of channels that is not CRD")
        }
        let details = DepthToSpace(factor: factor, size: Size(shape.height * factor, shape.width * factor))
        try finish(node, .depthToSpace(details), [x])
        try keepNumbers(node, of: x)
    }
}
