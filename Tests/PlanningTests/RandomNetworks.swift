import Networks

/// Networks of operations drawn at random, whose values are maps of 2×6×6 and vectors of 2×1×1 that later ones read.
struct RandomNetworks {
    private let builder = NetworkBuilder("random")
    private var maps: [Node.ID]
    private var vectors: [Node.ID]

    /// A network of 1 to 30 operations.
    static func next(_ random: inout TestGenerator) throws -> Network {
        var networks = try RandomNetworks()
        for index in 0..<Int.random(in: 1...30, using: &random) {
            if Int.random(in: 0..<3, using: &random) == 0 {
                try networks.appendOther("n\(index)", &random)
            } else {
                try networks.append("n\(index)", &random)
            }
        }
        let second = Bool.random(using: &random) ? networks.vectors.last : nil
        return try networks.builder.network(outputs: [networks.maps.last, second].compactMap { $0 })
    }

    private init() throws {
        maps = [try builder.input([2, 6, 6])]
        vectors = [try builder.add(.globalAveragePool(GlobalAveragePool()), [maps[0]], name: "mean")]
    }

    /// One of the last four.
    private func pick(_ ids: [Node.ID], _ random: inout TestGenerator) -> Node.ID {
        ids[Int.random(in: max(0, ids.count - 4)..<ids.count, using: &random)]
    }

    /// What networks of our own are made of.
    private mutating func append(_ name: String, _ random: inout TestGenerator) throws {
        let (map, vector) = (pick(maps, &random), pick(vectors, &random))
        switch Int.random(in: 0..<17, using: &random) {
        case 0, 1: maps.append(try builder.convolution(map, to: 2, kernel: 3, padding: 1, name: name))
        case 2: maps.append(try builder.batchNorm(map, name: name))
        case 3: maps.append(try builder.activation(map, .relu, name: name))
        case 4, 5: maps.append(try builder.add(map, pick(maps, &random), name: name))
        case 6: maps.append(try builder.multiply(vector, map, name: name))
        case 7: maps.append(try builder.add(.dropout(Dropout(0.1)), [map], name: name))
        case 8: vectors.append(try builder.activation(vector, .sigmoid, name: name))
        case 9: vectors.append(try builder.add(vector, pick(vectors, &random), name: name))
        case 10: vectors.append(try builder.add(.globalAveragePool(GlobalAveragePool()), [map], name: name))
        case 11:
            let attention = MultiHeadAttention(channels: 2, heads: 1)
            maps.append(try builder.add(.multiHeadAttention(attention), [map], name: name))
        case 12:
            let noise = try builder.add(.gaussianNoise(GaussianNoise(size: 6)), [vector], name: "\(name).noise")
            maps.append(try builder.add(noise, pick(vectors, &random), name: name))
        case 13:
            let small = try smaller(map, name, &random)
            maps.append(try builder.add(.upsampleBilinear(UpsampleBilinear(size: 6)), [small], name: name))
        case 14:
            let weights = try builder.convolution(map, to: 2, kernel: 2, stride: 2, name: "\(name).weights")
            let pool = WindowPool(kernel: 3, stride: 1, padding: 1)
            maps.append(try builder.add(.windowPool(pool), [pick(maps, &random), weights], name: name))
        case 15:
            // Padded on one side alone.
            let isFirst = Bool.random(using: &random)
            let window = Window(kernel: 2, before: isFirst ? 1 : 0, after: isFirst ? 0 : 1)
            maps.append(try builder.add(.maxPool(MaxPool(window)), [map], name: name))
        default:
            // With gaps.
            let window = Window(kernel: Size(3, 1), dilation: Size(2, 1), padding: Size(2, 0))
            maps.append(try builder.convolution(map, to: 2, window: window, name: name))
        }
    }

    /// What models of others are made of besides.
    private mutating func appendOther(_ name: String, _ random: inout TestGenerator) throws {
        let (map, vector) = (pick(maps, &random), pick(vectors, &random))
        let isOfMaps = Bool.random(using: &random)
        /// Appends what is made of a map, or of a vector.
        func keep(_ made: Node.ID) { if isOfMaps { maps.append(made) } else { vectors.append(made) } }
        func append(_ operation: Networks.Operation, with others: [Node.ID] = []) throws {
            keep(try builder.add(operation, [isOfMaps ? map : vector] + others, name: name))
        }
        switch Int.random(in: 0..<9, using: &random) {
        case 0:
            // Parts in any order, one of them twice here and there; of the whole two neighbouring channels.
            let parts = [map, pick(maps, &random), pick(maps, &random)].prefix(Int.random(in: 1...3, using: &random))
            let joined = try builder.concatenate(Array(parts), name: "\(name).joined")
            let start = Int.random(in: 0...2 * parts.count - 2, using: &random)
            maps.append(try builder.slice(joined, from: start, count: 2, name: name))
        case 1:
            // One channel of each, the other way round.
            let (a, b) = isOfMaps ? (map, pick(maps, &random)) : (vector, pick(vectors, &random))
            let last = try builder.slice(a, from: 1, count: 1, name: "\(name).last")
            let first = try builder.slice(b, from: 0, count: 1, name: "\(name).first")
            keep(try builder.concatenate([last, first], name: name))
        case 2:
            let before = Size(Int.random(in: 0...2, using: &random), 1)
            let after = Size(Int.random(in: 0...2, using: &random), 1)
            let padded = try builder.add(
                .pad(Pad(before: before, after: after, value: 0.5)), [map], name: "\(name).padded")
            let window = Window(kernel: Size(before.height + after.height + 1, 3))
            maps.append(
                isOfMaps
                    ? try builder.convolution(padded, to: 2, window: window, name: name)
                    : try builder.add(.maxPool(MaxPool(window)), [padded], name: name))
        case 3:
            // Larger, or smaller on the way.
            let alignment = UpsampleNearest.Alignment.allCases.randomElement(using: &random) ?? .edges
            let small =
                isOfMaps
                ? try smaller(map, name, &random)
                : try builder.add(
                    .upsampleNearest(UpsampleNearest(size: Size(4, 5), alignment: alignment)), [map],
                    name: "\(name).small")
            maps.append(
                try builder.add(
                    .upsampleNearest(UpsampleNearest(size: 6, alignment: alignment)), [small], name: name))
        case 4: try append(.softmax(Softmax()))
        case 5:
            let other = isOfMaps && Bool.random(using: &random) ? vector : pick(isOfMaps ? maps : vectors, &random)
            try append(.subtract(Subtract()), with: [other])
        case 6:
            let channels = Bool.random(using: &random) ? 2 : nil
            try append(.parametricReLU(ParametricReLU(slope: 0.2, channels: channels)))
        case 7: vectors.append(try builder.add(.globalMaxPool(GlobalMaxPool()), [map], name: name))
        default:
            let function = [Activation.Function.tanh, .hardTanh, .identity].randomElement(using: &random) ?? .tanh
            try append(.activation(Activation(function)))
        }
    }

    private func smaller(_ map: Node.ID, _ name: String, _ random: inout TestGenerator) throws -> Node.ID {
        let kernel = Size(Int.random(in: 1...3, using: &random))
        let pool = AveragePool(kernel: kernel, stride: Size(Int.random(in: 1...2, using: &random)))
        return try builder.add(.averagePool(pool), [map], name: "\(name).small")
    }
}
