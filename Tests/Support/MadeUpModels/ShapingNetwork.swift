import Networks

extension Network {
    /// A network with every operation that moves, joins or compares numbers, as models of others have them.
    ///
    /// In LiteRT's arithmetic its linear layers round once, and its maps are resized with ten bits.
    package static func withEveryShaping() throws -> Network {
        let builder = NetworkBuilder("every kind of shaping")
        let image = try builder.input([3, 16, 16])
        var x = try builder.add(.pad(Pad(before: Size(1, 2), after: Size(3, 0))), [image], name: "pad")
        x = try builder.convolution(x, to: 12, kernel: 3, stride: 2, bias: true, name: "stem")
        x = try builder.parametricReLU(x, name: "stem.rectify")
        let left = try builder.slice(x, from: 0, count: 5, name: "left")
        let right = try builder.slice(x, from: 5, count: 7, name: "right")
        let grown = try builder.convolution(right, to: 9, kernel: 3, padding: 1, bias: true, name: "grown")
        let limited = try builder.activation(grown, .hardTanh, name: "grown.limit")
        // Of the scale of its first operand, of another, and the first once more.
        x = try builder.concatenate([left, limited, left], name: "joined")
        let weights = try builder.softmax(x, name: "shares")
        // Shares of many are small: with the map itself answers differ from image to image.
        x = try builder.add(x, builder.multiply(x, weights, name: "weighted"), name: "emphasised")
        let greatest = try builder.add(.globalMaxPool(GlobalMaxPool()), [x], name: "greatest")
        x = try builder.subtract(x, greatest, name: "below")
        let small = builder.shape(of: x).size
        let double = Size(2 * small.height, 2 * small.width)
        let nearest = try builder.add(
            .upsampleNearest(UpsampleNearest(size: double)), [x], name: "nearest")
        let smooth = try builder.add(.upsampleBilinear(UpsampleBilinear(size: double)), [x], name: "smooth")
        // Nor do smooth maps differ much from coarse ones.
        x = try builder.add(builder.subtract(nearest, smooth, name: "difference"), nearest, name: "sharpened")
        x = try builder.leakyReLU(x, slope: 0.1, name: "leaky")
        x = try builder.add(
            .upsampleNearest(UpsampleNearest(size: 7, alignment: .corners)), [x], name: "fewer")
        let size = builder.shape(of: x).count
        x = try builder.add(.flatten(Flatten()), [x], name: "flatten")
        x = try builder.add(.linear(Linear(inputFeatures: size, outputFeatures: 6)), [x], name: "fc")
        return try builder.network(output: builder.softmax(x, name: "softmax"))
    }
}
