extension Backbone {
    /// Writes the stages, and returns the last map of each size, the finest first.
    func pyramid(_ image: Node.ID, in builder: NetworkBuilder) throws -> [Node.ID] {
        let maps = try builder.scope(scope) { try featureMaps(image, in: builder) }
        var levels: [Node.ID] = []
        for map in maps {
            if let last = levels.last, builder.shape(of: last).size == builder.shape(of: map).size {
                levels.removeLast()
            }
            levels.append(map)
        }
        return levels
    }
}

extension NetworkBuilder {
    /// How many pixels of the image lie between two positions of a map.
    func stride(of map: Node.ID, image: Node.ID) -> Int {
        Int((Double(shape(of: image).height) / Double(max(1, shape(of: map).height))).rounded())
    }

    /// A map brought to the size of another.
    func upsample(_ x: Node.ID, to other: Node.ID, name: String) throws(NetworkError) -> Node.ID {
        try add(.upsampleBilinear(UpsampleBilinear(size: shape(of: other).size)), [x], name: name)
    }

    /// A 3×3 convolution channel by channel, then one across channels; both normalised, with ReLU6.
    func separableBlock(
        _ x: Node.ID, to channels: Int, stride: Int = 1, scope name: String
    ) throws -> Node.ID {
        try scope(name) {
            let map = try depthwiseBlock(x, stride: stride, scope: "0")
            return try convolutionBlock(map, to: channels, kernel: 1, activation: .relu6, scope: "1")
        }
    }

    /// The last convolution of a head. It starts at zero: random logits of thousands of anchors would only have to be unlearnt.
    func output(_ x: Node.ID, to channels: Int, kernel: Int, name: String) throws(NetworkError) -> Node.ID {
        let details = Convolution(
            inputChannels: shape(of: x).channels, outputChannels: channels, kernel: Size(kernel),
            padding: Size(kernel / 2),
            bias: true, startsAtZero: true)
        return try add(.convolution(details), [x], name: name)
    }

    /// A 3×3 convolution channel by channel, batch normalisation, ReLU6.
    func depthwiseBlock(_ x: Node.ID, stride: Int = 1, scope name: String) throws -> Node.ID {
        try scope(name) {
            let channels = shape(of: x).channels
            let map = try convolution(
                x, to: channels, kernel: 3, stride: Size(stride), padding: 1, groups: channels, name: "0")
            return try activation(try batchNorm(map, name: "1"), .relu6, name: "2")
        }
    }
}
