import Networks

/// Channels that a graph shuffles, as ShuffleNet's units do: Reshape cuts them in groups, Transpose turns groups and
/// members, Reshape joins them again (Zhang et al., "ShuffleNet", 2018, section 3.1).
///
/// No number moves for that: a value notes which channel is which, and what reads it behind takes them as they lie. A
/// convolution has its weights in that order instead, parts of shuffled channels are runs of those that there are, and
/// a concatenation goes on noting. Where an operator needs the channels in the tensor's order, they are cut in runs and
/// joined anew. SpaceToDepth is read likewise: its order is not the network's.
extension ONNXGraphReader {
    /// Runs of channels that are copied one by one, for one value.
    private static let mostRuns = 64

    /// Reads a Transpose of axes that Reshape has made of a map's channels.
    mutating func shuffleChannels(_ node: ONNXNodeProto, _ stated: ONNXValue, _ order: [Int]) throws {
        var x = stated
        let (rank, shape) = (x.sides.count, x.shape)
        // Groups and members stand between the batch and the map's own sides.
        guard shape.isMap, rank > 4, x.imported.runs(ModelInterface.Port.channelsFirst),
            Array(x.sides.suffix(2)) == [shape.height, shape.width],
            Array(order.suffix(2)) == [rank - 2, rank - 1]
        else {
            throw ONNXNodeProblem.unsupported(
                "turns \(x.sides.shortened), whose axes Reshape has made of parts of a map's, otherwise than a shuffling of channels does"
            )
        }
        try foldChannels(of: x)
        let (factors, turned) = (Array(x.sides[1..<rank - 2]), order[1..<rank - 2].map { $0 - 1 })
        var strides = [Int](repeating: 1, count: factors.count)
        for axis in factors.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * factors[axis + 1] }
        let places = turned.reduce([0]) { places, axis in
            places.flatMap { start in (0..<factors[axis]).map { start + $0 * strides[axis] } }
        }
        guard places.count == shape.channels else { throw ONNXNodeProblem.broken("turns axes that are no channels") }
        x.shuffle = Self.simplified(x.shuffle.map { known in places.map { known[$0] } } ?? places)
        x.sides = order.map { x.sides[$0] }
        try set(node, .value(x))
    }

    /// Cells of pixels as channels, of which ONNX has those of one place side by side and the network those of one
    /// channel.
    mutating func spaceToDepth(_ node: ONNXNodeProto) throws {
        let x = try map(node)
        let (factor, shape) = (try node.integer("blocksize", default: 0), x.shape)
        guard (1...256).contains(factor), shape.height % factor == 0, shape.width % factor == 0 else {
            throw ONNXNodeProblem.unsupported("has the block size \(factor), which does not divide \(shape)")
        }
        var result = try add(.spaceToDepth(SpaceToDepth(factor: factor)), [x], name: name(for: node))
        try foldChannels(of: result)
        let area = factor * factor
        result.shuffle = Self.simplified(
            (0..<area).flatMap { place in (0..<shape.channels).map { $0 * area + place } })
        try set(node, .value(result))
        try keepNumbers(node, of: x)
    }

    /// Nil for channels that are where they should be.
    private static func simplified(_ shuffle: [Int]) -> [Int]? {
        shuffle == Array(shuffle.indices) ? nil : shuffle
    }

    /// Counts a list of a value's channels, before it is made: a few bytes of a file may say any number of them.
    private mutating func foldChannels(of x: ONNXValue) throws { try fold(16 * x.shape.channels) }

    /// What parts that are joined, shuffled or not, are together; nil where none is shuffled.
    mutating func joined(_ parts: [ONNXValue]) throws -> [Int]? {
        guard parts.contains(where: { $0.shuffle != nil }) else { return nil }
        var (shuffle, start): ([Int], Int) = ([], 0)
        for part in parts {
            try foldChannels(of: part)
            let channels = part.shape.channels
            shuffle += (part.shuffle ?? Array(0..<channels)).map { start + $0 }
            start += channels
        }
        return Self.simplified(shuffle)
    }

    /// Some of a value's shuffled channels: the runs of them that lie together in the node, in the node's order.
    mutating func shuffledPart(
        _ x: ONNXValue, _ channels: Range<Int>, _ axis: Int, name: String
    ) throws -> ONNXValue {
        try foldChannels(of: x)
        let wanted = Array((x.shuffle ?? Array(0..<x.shape.channels))[channels])
        let sorted = wanted.sorted()
        var part = try picked(x, sorted, name: name)
        let ranks = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1, $0) })
        part.shuffle = Self.simplified(wanted.map { ranks[$0] ?? 0 })
        part.sides = x.sides
        part.sides[axis] = channels.count
        return part
    }

    /// A value with its channels in the tensor's order.
    mutating func ordered(_ x: ONNXValue) throws -> ONNXValue {
        guard let shuffle = x.shuffle else { return x }
        try foldChannels(of: x)
        var ordered = try picked(x, shuffle, name: unique("\(nodeNames[x.node] ?? "input").ordered"))
        ordered.sides = x.sides
        ordered.isWhole = x.isWhole
        ordered.flattening = x.flattening
        return ordered
    }

    /// Channels of a node, run by run.
    private mutating func picked(_ x: ONNXValue, _ channels: [Int], name: String) throws -> ONNXValue {
        var runs: [Range<Int>] = []
        for channel in channels {
            if let last = runs.last, last.upperBound == channel {
                runs[runs.count - 1] = last.lowerBound..<channel + 1
            } else {
                runs.append(channel..<channel + 1)
            }
        }
        guard runs.count <= Self.mostRuns else {
            throw ONNXNodeProblem.unsupported(
                "reads \(channels.count) channels that are shuffled in \(runs.count) runs; only convolutions and parts read so many"
            )
        }
        var parts: [ONNXValue] = []
        for run in runs {
            let own = runs.count == 1 ? name : unique("\(name).run")
            let part = try add(.slice(Slice(start: run.lowerBound, count: run.count)), [x], name: own)
            keepNumbers(part, of: x)
            parts.append(part)
        }
        var joined = parts[0]
        if parts.count > 1 {
            joined = try add(.concatenation(Concatenation()), parts, name: name)
            keepNumbers(joined, of: x)
        }
        joined.imported.order = x.imported.order
        return joined
    }

    // MARK: - Layers

    /// Whether a convolution can have its weights in the order of shuffled channels: it reads all of them at once, or
    /// each by itself.
    func takesShuffledChannels(_ node: ONNXNodeProto, _ shape: [Int], _ groups: Int) throws -> Bool {
        let x = try shuffled(node)
        guard x.shuffle != nil, x.isMap else { return false }
        return groups == 1 ? shape[1] == x.shape.channels : groups == x.shape.channels && shape[0] == groups
    }

    /// A layer's weights and biases for channels as they lie in the node.
    static func shuffled(
        _ kernel: ONNXConstant, _ bias: ONNXConstant?, _ groups: Int, _ shuffle: [Int]
    ) throws -> (ONNXConstant, ONNXConstant?) {
        var places = shuffle
        for (index, channel) in shuffle.enumerated() { places[channel] = index }
        guard groups > 1 else { return (try kernel.picking(places, along: 1), bias) }
        // A bias that stands as [1, O, 1, 1] has its outputs on another axis than [O] and [O, 1, 1].
        let moved = try bias.map { bias in
            guard let axis = bias.tensor.shape.firstIndex(of: groups) else {
                throw ONNXNodeProblem.broken("has \(bias.tensor.count) biases for \(groups) outputs")
            }
            return try bias.picking(places, along: axis)
        }
        return (try kernel.picking(places, along: 0), moved)
    }
}
