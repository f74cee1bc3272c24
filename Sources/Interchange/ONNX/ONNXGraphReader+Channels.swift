import Networks

/// One small function an operator: what joins channels, takes them apart, and puts pixels around a map.
extension ONNXGraphReader {
    mutating func concatenation(_ node: ONNXNodeProto) throws {
        let parts = try node.input.indices.map { try self.node(node, $0) }
        guard try isOfChannels(node.integer("axis", default: 1), of: parts[0]) else {
            throw ONNXNodeProblem.unsupported("joins along another axis than the channels")
        }
        guard parts.count > 1 else { return try set(node, .node(parts[0])) }
        try finish(node, .concatenation(Concatenation()), parts)
    }

    /// Whether an axis is the channels of a batch of such values.
    private func isOfChannels(_ axis: Int, of id: Node.ID) -> Bool {
        axis == 1 || axis == -builder.shape(of: id).dimensions.count
    }

    /// Some consecutive channels; of other axes all.
    mutating func slice(_ node: ONNXNodeProto) throws {
        let x = try self.node(node, 0)
        let shape = builder.shape(of: x)
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
        var channels = 0..<shape.channels
        for (index, axis) in axes.enumerated() {
            let rank = shape.dimensions.count + 1
            guard (-rank..<rank).contains(axis) else {
                throw ONNXNodeProblem.broken("has the axis \(axis) of values of \(rank) dimensions")
            }
            let place = axis < 0 ? axis + rank : axis
            // However many images there are, all of them.
            let count = place == 0 ? Int.max : shape.dimensions[place - 1]
            let start = Self.bound(starts[index], count)
            let range = start..<max(start, Self.bound(ends[index], count))
            guard steps[index] == 1, place == 1 || range.lowerBound == 0 && range.upperBound >= min(count, 1 << 31 - 1)
            else {
                throw ONNXNodeProblem.unsupported("takes other parts of a value than consecutive channels")
            }
            if place == 1 { channels = range }
        }
        guard channels != 0..<shape.channels else { return try set(node, .node(x)) }
        try finish(node, .slice(Slice(start: channels.lowerBound, count: channels.count)), [x])
    }

    /// A bound of a range of `count`, which counts from the end where it is negative.
    private static func bound(_ number: Int, _ count: Int) -> Int {
        min(count, max(0, number < 0 ? number + count : number))
    }

    /// Each part as a slice of its own.
    mutating func split(_ node: ONNXNodeProto) throws {
        let x = try self.node(node, 0)
        let channels = builder.shape(of: x).channels
        guard try isOfChannels(node.integer("axis", default: 0), of: x) else {
            throw ONNXNodeProblem.unsupported("splits along another axis than the channels")
        }
        let parts = node.output.count
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
                let part = Slice(start: start, count: count)
                let made = try builder.add(.slice(part), [x], name: unique("\(name).\(index)"))
                try set(node, .node(made), result: index)
            }
            start += count
        }
    }

    /// Pixels of one value around a map.
    mutating func pad(_ node: ONNXNodeProto) throws {
        let x = try self.node(node, 0)
        let mode = try node.text("mode") ?? "constant"
        guard mode == "constant" else {
            throw ONNXNodeProblem.unsupported(
                "pads by the map's own pixels (mode is \(mode.quoted)), which is not supported")
        }
        let rank = builder.shape(of: x).dimensions.count + 1
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
        var sides = [[Int]](repeating: [0, 0], count: rank)
        for (index, axis) in axes.enumerated() { sides[axis] = [given[index], given[axes.count + index]] }
        guard sides.joined().contains(where: { $0 != 0 }) else { return try set(node, .node(x)) }
        guard rank == 4, sides[0] == [0, 0], sides[1] == [0, 0], sides.joined().allSatisfy({ $0 >= 0 }) else {
            throw ONNXNodeProblem.unsupported(
                "has the padding \(given.shortened); only rows and columns can be added around a map")
        }
        let value = try operatorSet < 11 ? node.number("value", default: 0) : number(node, 2) ?? 0
        let details = Pad(
            before: Size(sides[2][0], sides[3][0]), after: Size(sides[2][1], sides[3][1]), value: value)
        try finish(node, .pad(details), [x])
    }
}
