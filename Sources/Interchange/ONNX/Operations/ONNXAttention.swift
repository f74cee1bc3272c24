import Networks

// Attention over the positions of a map, and their places.

extension MultiHeadAttention: ONNXOperation {
    func append(_ node: Node, _ values: [String], _ shapes: [Shape], to graph: inout ONNXGraphBuilder) throws {
        try graph.attention(self, node, values)
    }

    func bulk(_ node: Node, _ map: Shape) -> ONNXBulk { .parametersAlone }

    /// The packed projection is written as three, and matrices transposed.
    func restored(_ parameter: String, from parts: ONNXParts) -> ONNXRestored {
        let heads = ["in_proj/query", "in_proj/key", "in_proj/value"]
        switch parameter {
        case "in_proj_weight": return ONNXRestored(joined(heads.map { matrix($0, parts) }))
        case "in_proj_bias": return ONNXRestored(joined(heads.map { parts.floats("\($0)/bias") }))
        case "out_proj.weight": return ONNXRestored(matrix("out_proj", parts))
        case "out_proj.bias": return ONNXRestored(parts.floats("out_proj/bias"))
        default: return .withoutEffect
        }
    }

    private func matrix(_ part: String, _ parts: ONNXParts) -> [Float]? {
        let side = channels
        guard let values = parts.floats("\(part)/weight"), values.count == side * side else { return nil }
        return (0..<side * side).map { values[$0 % side * side + $0 / side] }
    }

    private func joined(_ parts: [[Float]?]) -> [Float]? {
        let present = parts.compactMap { $0 }
        return present.count == parts.count ? present.flatMap { $0 } : nil
    }
}

extension AttentionHead: ONNXOperation {
    func append(_ node: Node, _ values: [String], _ shapes: [Shape], to graph: inout ONNXGraphBuilder) throws {
        try graph.attentionHead(self, node, values)
    }

    func bulk(_ node: Node, _ map: Shape) -> ONNXBulk { .parametersAlone }
    func restored(_ parameter: String, from parts: ONNXParts) -> ONNXRestored { .withoutEffect }
}

extension PositionEmbedding: ONNXOperation {
    func append(_ node: Node, _ values: [String], _ shapes: [Shape], to graph: inout ONNXGraphBuilder) throws {
        try graph.positions(self, node, values)
    }

    func bulk(_ node: Node, _ map: Shape) -> ONNXBulk {
        ONNXBulk(numbers: Double(node.shape.count) + Double(PositionEmbedding.maximumSide * channels))
    }

    /// The table is written for the map's size.
    func restored(_ parameter: String, from parts: ONNXParts) -> ONNXRestored {
        switch parameter {
        case "row_embed.weight", "col_embed.weight":
            return ONNXRestored(
                parts.floats("table").flatMap {
                    places($0, parts.node.shape, ofRows: parameter == "row_embed.weight")
                })
        default: return .withoutEffect
        }
    }

    /// A table of positions from what a model has of it: the places that its map needs. The others become zero.
    private func places(_ table: [Float], _ map: Shape, ofRows: Bool) -> [Float]? {
        let half = channels / 2
        guard table.count == map.count else { return nil }
        return (0..<PositionEmbedding.maximumSide).flatMap { place -> [Float] in
            guard place < (ofRows ? map.height : map.width) else { return [Float](repeating: 0, count: half) }
            return (0..<half).map { channel in
                ofRows
                    ? table[((channel + half) * map.height + place) * map.width]
                    : table[channel * map.height * map.width + place]
            }
        }
    }
}

extension ONNXGraphBuilder {
    /// `[B, d, h, w]` → tokens `[B, N, d]` → softmax(Q Kᵀ / √(d / heads)) V → `[B, d, h, w]`.
    fileprivate mutating func attention(_ details: MultiHeadAttention, _ node: Node, _ values: [String]) throws {
        let (channels, heads) = (details.channels, details.heads)
        let (tokens, headChannels) = (node.shape.size.area, details.channels / details.heads)
        // 0 in a shape keeps a side as it is: the batch.
        let flat = reshape(node, "flat", values[0], [0, channels, tokens])
        let sequence = transpose(node, "tokens", flat, [0, 2, 1])

        let packed = try project(node, "in_proj", sequence, weight: "in_proj_weight", bias: "in_proj_bias")
        let split = packed.map { part in
            reshape(node, "\(part.name)/heads", part.value, [0, tokens, heads, headChannels])
        }
        let query = transpose(node, "query", split[0], [0, 2, 1, 3])
        let keys = transpose(node, "keys", split[1], [0, 2, 3, 1])
        let mine = transpose(node, "values", split[2], [0, 2, 1, 3])
        let factor = constant(node, "scale", [Float(1 / Double(headChannels).squareRoot())], shape: [])
        let scaled = step(node, "scaled", "Mul", [query, factor])
        let scores = step(node, "scores", "MatMul", [scaled, keys])
        let shares = step(node, "shares", "Softmax", [scores], [.integer("axis", -1)])
        let attended = step(node, "attended", "MatMul", [shares, mine])
        let joined = reshape(
            node, "joined", transpose(node, "interleaved", attended, [0, 2, 1, 3]), [0, tokens, channels])

        let out = try project(node, "out_proj", joined, weight: "out_proj.weight", bias: "out_proj.bias")[0].value
        let map = transpose(node, "map", out, [0, 2, 1])
        let shape = integers(node, "shape", [0] + node.shape.dimensions)
        finish(node, "Reshape", [map, shape])
    }

    /// `x Wᵀ + b` of tokens, one result for each d rows of W.
    private mutating func project(
        _ node: Node, _ part: String, _ tokens: String, weight: String, bias: String
    ) throws -> [(name: String, value: String)] {
        let (matrix, shift) = (try self.weight(weight, of: node), try self.weight(bias, of: node).floats())
        let (rows, columns, values) = (matrix.shape[0], matrix.shape[1], matrix.floats())
        return try (0..<rows / columns).map { index in
            let name = rows == columns ? part : "\(part)/\(["query", "key", "value"][index])"
            var transposed = [Float](repeating: 0, count: columns * columns)
            for row in 0..<columns {
                for column in 0..<columns {
                    transposed[column * columns + row] = values[(index * columns + row) * columns + column]
                }
            }
            let shape = [columns, columns]
            let factor: String
            if let scales = quantization?.weights["\(node.name).\(weight)"] {
                factor = try integerWeights(
                    node, "\(name)/weight", transposed, Array(scales[index * columns..<(index + 1) * columns]),
                    shape: shape, axis: 1)
            } else {
                factor = constant(node, "\(name)/weight", transposed, shape: shape)
            }
            let product = step(node, "\(name)/product", "MatMul", [tokens, factor])
            let summand = constant(
                node, "\(name)/bias", Array(shift[index * columns..<(index + 1) * columns]), shape: [columns])
            let sum = step(node, name, "Add", [product, summand])
            guard rows != columns else { return (name, sum) }
            return (name, rounded(node, "\(node.name).\(["query", "key", "value"][index])", sum))
        }
    }

    /// CLIP's attention pooling: the mean token asks, all tokens answer; `[B, C, H, W]` → `[B, O]`.
    fileprivate mutating func attentionHead(_ details: AttentionHead, _ node: Node, _ values: [String]) throws {
        let (channels, heads, tokens) = (details.channels, details.heads, details.size.area + 1)
        let flat = reshape(node, "flat", values[0], [0, channels, tokens - 1])
        let positions = transpose(node, "positions", flat, [0, 2, 1])
        let mean = step(
            node, "mean", "ReduceMean", [positions, integers(node, "mean/axes", [1])], [.integer("keepdims", 1)])
        let all = step(node, "all", "Concat", [mean, positions], [.integer("axis", 1)])
        let sequence = step(node, "placed", "Add", [all, try parameter("positional_embedding", of: node)])
        let first = step(
            node, "asking", "Gather", [sequence, integers(node, "asking/index", [0])], [.integer("axis", 1)])

        func split(_ tokens: String, _ name: String, count: Int, order: [Int]) throws -> String {
            let projected = try project(node, "\(name)_proj", tokens, to: channels)
            return transpose(
                node, "\(name)/heads", reshape(node, "\(name)/split", projected, [0, count, heads, channels / heads]),
                order)
        }
        let query = try split(first, "q", count: 1, order: [0, 2, 1, 3])
        let keys = try split(sequence, "k", count: tokens, order: [0, 2, 3, 1])
        let mine = try split(sequence, "v", count: tokens, order: [0, 2, 1, 3])
        let factor = constant(node, "scale", [Float(1 / Double(channels / heads).squareRoot())], shape: [])
        let scores = step(node, "scores", "MatMul", [step(node, "scaled", "Mul", [query, factor]), keys])
        let shares = step(node, "shares", "Softmax", [scores], [.integer("axis", -1)])
        let attended = step(node, "attended", "MatMul", [shares, mine])
        let joined = reshape(node, "joined", attended, [0, channels])
        finish(
            node, "Gemm", [joined, try parameter("c_proj.weight", of: node), try parameter("c_proj.bias", of: node)],
            [.integer("transB", 1)])
    }

    /// `x Wᵀ + b` of tokens.
    private mutating func project(_ node: Node, _ part: String, _ tokens: String, to channels: Int) throws -> String {
        let matrix = transpose(node, "\(part)/matrix", try parameter("\(part).weight", of: node), [1, 0])
        let product = step(node, "\(part)/product", "MatMul", [tokens, matrix])
        return step(node, part, "Add", [product, try parameter("\(part).bias", of: node)])
    }

    private mutating func reshape(_ node: Node, _ part: String, _ value: String, _ shape: [Int]) -> String {
        step(node, part, "Reshape", [value, integers(node, "\(part)/shape", shape)])
    }

    private mutating func transpose(_ node: Node, _ part: String, _ value: String, _ order: [Int]) -> String {
        step(node, part, "Transpose", [value], [.integers("perm", order)])
    }

    /// T[y, x] = E[y, x] + concat(column[x], row[y]), the table a constant of the map's size.
    fileprivate mutating func positions(_ details: PositionEmbedding, _ node: Node, _ values: [String]) throws {
        let (half, height, width) = (details.channels / 2, node.shape.height, node.shape.width)
        let (columns, rows): ([Float], [Float])
        switch details.table {
        case .learned:
            columns = try weight("col_embed.weight", of: node).floats()
            rows = try weight("row_embed.weight", of: node).floats()
        case .sine:
            columns = PositionEmbedding.sines(positions: width, channels: half).map { Float($0) }
            rows = PositionEmbedding.sines(positions: height, channels: half).map { Float($0) }
        }
        var table: [Float] = []
        table.reserveCapacity(node.shape.count)
        for channel in 0..<details.channels {
            for y in 0..<height {
                for x in 0..<width {
                    table.append(channel < half ? columns[x * half + channel] : rows[y * half + channel - half])
                }
            }
        }
        let constant = constant(node, "table", table, shape: [1] + node.shape.dimensions)
        finish(node, "Add", [values[0], constant])
    }
}
