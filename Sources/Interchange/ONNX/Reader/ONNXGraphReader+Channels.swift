import Networks

/// One small function an operator: what joins channels, takes them apart, and puts pixels around a map.
extension ONNXGraphReader {
    mutating func concatenation(_ node: ONNXNodeProto) throws {
        var parts = try node.input.indices.map { try shuffled(node, $0) }
        let axis = try node.integer("axis", default: 1)
        guard parts.allSatisfy({ $0.isOfChannels(axis) && $0.sides.count == parts[0].sides.count }) else {
            throw ONNXNodeProblem.unsupported("joins along another axis than the channels")
        }
        guard parts.count > 1 else { return try set(node, .value(parts[0])) }
        let shuffle = try joined(parts)
        if parts.contains(where: { !$0.shape.isMap }), parts.allSatisfy({ $0.shape.size == 1 }) {
            parts = try parts.map { try vector($0) }
        }
        let order = parts[0].imported.order
        guard parts.allSatisfy({ $0.imported.runs(order) && $0.shape.size == parts[0].shape.size }) else {
            throw ONNXNodeProblem.unsupported("joins values whose axes lie differently")
        }
        var joined = try add(.concatenation(Concatenation()), parts, name: name(for: node))
        joined.imported.order = order
        joined.shuffle = shuffle
        joined.sides = parts[0].sides
        joined.sides[axis < 0 ? axis + joined.sides.count : axis] = joined.shape.channels
        try set(node, .value(joined))
    }

    /// Some consecutive channels; of other axes all.
    mutating func slice(_ node: ONNXNodeProto) throws {
        let x = try shuffled(node)
        // Before version 10 these were attributes.
        func numbers(_ index: Int, _ name: String) throws -> [Int]? {
            try operatorSet < 10 ? node.integers(name) : wholeNumbers(node, index)?.map { Int($0) }
        }
        guard let starts = try numbers(1, "starts"), let ends = try numbers(2, "ends"), starts.count == ends.count
        else {
            throw ONNXNodeProblem.broken("does not say where it starts and ends, with as many ends as starts")
        }
        let axes = try numbers(3, "axes") ?? Array(0..<starts.count)
        let steps = try numbers(4, "steps") ?? [Int](repeating: 1, count: starts.count)
        guard axes.count == starts.count, steps.count == starts.count, Set(axes).count == axes.count else {
            throw ONNXNodeProblem.broken("has an axis twice, or not as many axes or steps as starts")
        }
        let rank = x.sides.count
        var channels = 0..<x.shape.channels
        var cut: Int?
        for (index, axis) in axes.enumerated() {
            guard (-rank..<rank).contains(axis) else {
                throw ONNXNodeProblem.broken("has the axis \(axis) of values of \(rank) dimensions")
            }
            let place = axis < 0 ? axis + rank : axis
            // However many images there are, all of them.
            let count = place == 0 ? Int.max : x.sides[place]
            let start = Self.bound(starts[index], count)
            let range = start..<max(start, Self.bound(ends[index], count))
            let isChannels = place > 0 && x.isOfChannels(place)
            guard steps[index] == 1,
                isChannels || range.lowerBound == 0 && range.upperBound >= min(count, 1 << 31 - 1)
            else {
                throw ONNXNodeProblem.unsupported("takes other parts of a value than consecutive channels")
            }
            if isChannels { (channels, cut) = (range, place) }
        }
        guard let cut, channels != 0..<x.shape.channels else { return try set(node, .value(x)) }
        try set(node, .value(try part(x, channels, cut, name: name(for: node))))
        try keepNumbers(node, of: x)
    }

    private mutating func part(_ x: ONNXValue, _ channels: Range<Int>, _ axis: Int, name: String) throws -> ONNXValue {
        guard x.shuffle == nil else { return try shuffledPart(x, channels, axis, name: name) }
        let slice = Slice(start: channels.lowerBound, count: channels.count)
        var part = try add(.slice(slice), [x], name: name)
        part.imported.order = x.imported.order
        part.sides = x.sides
        part.sides[axis] = channels.count
        return part
    }

    /// A bound of a range of `count`, which counts from the end where it is negative.
    private static func bound(_ number: Int, _ count: Int) -> Int {
        min(count, max(0, number < 0 ? number + count : number))
    }

    /// Each part as a slice of its own.
    mutating func split(_ node: ONNXNodeProto) throws {
        let x = try shuffled(node)
        let axis = try node.integer("axis", default: 0)
        guard axis != 0, axis != -x.sides.count, x.isOfChannels(axis) else {
            throw ONNXNodeProblem.unsupported("splits along another axis than the channels")
        }
        let (channels, parts) = (x.shape.channels, node.output.count)
        // All alike, the last one shorter where they do not come out even.
        let side = (channels + parts - 1) / parts
        let counts =
            try wholeNumbers(node, 1)?.map { Int($0) } ?? node.integers("split")
            ?? (0..<parts).map { min(side, channels - $0 * side) }
        guard counts.count == parts, counts.allSatisfy({ (1...channels).contains($0) }),
            counts.reduce(0, +) == channels
        else {
            throw ONNXNodeProblem.broken("splits \(channels) channels into \(counts.shortened) for \(parts) results")
        }
        let name = name(for: node)
        var start = 0
        for (index, count) in counts.enumerated() {
            if !node.output[index].isEmpty {
                let made = try part(
                    x, start..<start + count, axis < 0 ? axis + x.sides.count : axis, name: unique("\(name).\(index)"))
                try set(node, .value(made), result: index)
                try keepNumbers(node, of: x, result: index)
            }
            start += count
        }
    }

    // MARK: - Margins

    /// Pixels of one value around a map.
    mutating func pad(_ node: ONNXNodeProto) throws {
        var x = try value(node)
        let mode = try node.text("mode") ?? "constant"
        guard mode == "constant" else {
            throw ONNXNodeProblem.unsupported(
                "pads by the map's own pixels (mode is \(mode.quoted)), which is not supported")
        }
        let rank = x.sides.count
        // Before version 11 these were attributes.
        guard let given = try operatorSet < 11 ? node.integers("pads") : wholeNumbers(node, 1)?.map({ Int($0) }) else {
            throw ONNXNodeProblem.broken("does not say how much it pads")
        }
        let axes = try wholeNumbers(node, 3)?.map { $0 < 0 ? Int($0) &+ rank : Int($0) } ?? Array(0..<rank)
        guard given.count == 2 * axes.count, Set(axes).count == axes.count,
            axes.allSatisfy((0..<rank).contains)
        else {
            throw ONNXNodeProblem.broken("has the padding \(given.shortened), which is none of \(rank) dimensions")
        }
        let refusal = ONNXNodeProblem.unsupported(
            "has the padding \(given.shortened); only rows and columns can be added around a map")
        var (before, after) = (Size(0), Size(0))
        for (index, axis) in axes.enumerated() {
            let (first, last) = (given[index], given[axes.count + index])
            guard (first, last) != (0, 0) else { continue }
            guard rank == 4, axis > 0, first >= 0, last >= 0, let places = x.mapAxes else { throw refusal }
            switch places[axis - 1] {
            case .height: (before.height, after.height) = (first, last)
            case .width: (before.width, after.width) = (first, last)
            case .channels: throw refusal
            }
        }
        guard before != 0 || after != 0 else { return try set(node, .value(x)) }
        let value = try operatorSet < 11 ? node.number("value", default: 0) : number(node, 2) ?? 0
        if value == 0, x.isMap, isOfWindow(node, x, before, after) {
            x.imported.padding = (before, after)
            return try set(node, .value(x))
        }
        let map = try pixel(x)
        var padded = try add(.pad(Pad(before: before, after: after, value: value)), [map], name: name(for: node))
        padded.imported.order = x.imported.order
        padded.sides = [1] + padded.imported.order.map(padded.imported.side)
        try set(node, .value(padded))
        try keepNumbers(node, of: x)
    }

    /// Whether the convolution that alone reads what is padded can add the zeros itself.
    private func isOfWindow(_ node: ONNXNodeProto, _ x: ONNXValue, _ before: Size, _ after: Size) -> Bool {
        guard !isInteger, x.shape.isMap, let output = node.output.first, let next = reader(of: output),
            next.opType == "Conv", next.isStandard, next.input.first == output,
            ["NOTSET", "VALID", ""].contains((try? next.text("auto_pad")) ?? "NOTSET"),
            let kernel = try? weight(next, 1)?.tensor.shape, kernel.count == 4,
            let window = try? Self.window(next, kernel: Size(kernel[2], kernel[3]), input: x.shape)
        else { return false }
        func isShort(_ margin: Size, _ own: Size) -> Bool {
            margin.height < Window.longest && margin.width < Window.longest
                && margin.height + own.height < window.extent.height && margin.width + own.width < window.extent.width
        }
        return isShort(before, window.before) && isShort(after, window.after)
    }

    /// The zeros that a Pad in front of a node has left to it; nil where there are none.
    func padding(_ node: ONNXNodeProto) throws -> (before: Size, after: Size)? {
        let padding = try shown(node).imported.padding
        return padding == (0, 0) ? nil : padding
    }

    /// The map that the Pad in front of a node took, without its zeros.
    func padded(_ node: ONNXNodeProto) throws -> ONNXValue {
        var x = try shown(node)
        x.imported.padding = (0, 0)
        return x
    }
}

extension ONNXValue {
    /// The axes of a tensor of four sides, behind the batch; nil for others.
    fileprivate var mapAxes: [MapAxis]? {
        sides == [1] + imported.order.map(imported.side) ? imported.order : nil
    }
}
