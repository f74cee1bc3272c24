extension Backbone {
    /// Writes the stages, and returns the last map of each size, the finest first.
    func pyramid(_ image: Node.ID, in builder: NetworkBuilder) throws -> [Node.ID] {
        let maps = try builder.scope(scope) {
            try builder.following(conventions) { try featureMaps(image, in: builder) }
        }
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

    /// The last convolution of a head. It starts at zero: random logits of thousands of anchors would only have to be unlearnt.
    func output(_ x: Node.ID, to channels: Int, kernel: Int, name: String) throws(NetworkError) -> Node.ID {
        let details = Convolution(
            inputChannels: shape(of: x).channels, outputChannels: channels, kernel: Size(kernel),
            padding: Size(kernel / 2),
            bias: true, startsAtZero: true)
        return try add(.convolution(details), [x], name: name)
    }
}
