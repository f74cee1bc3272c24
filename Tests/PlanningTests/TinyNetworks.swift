import Networks

/// Networks small enough to be planned by hand.
enum TinyNetworks {
    /// 3×4×4 (48 B) → conv, BN, ReLU 8×4×4 (128 B) → max pooling 8×2×2 (32 B) → mean 8 → linear 4.
    static func chain() throws -> Network {
        let builder = NetworkBuilder("chain")
        var x = try builder.input([3, 4, 4])
        x = try builder.convolution(x, to: 8, kernel: 3, padding: 1, name: "conv")
        x = try builder.activation(try builder.batchNorm(x, name: "bn"), .relu, name: "relu")
        x = try builder.add(.maxPool(MaxPool(kernel: 2, stride: 2)), [x], name: "pool")
        return try builder.network(output: try builder.classifier(x, classes: 4, name: "fc"))
    }

    /// A residual block of 4×8×8 (256 B) maps: relu(x + conv(relu(conv(x)))), x = conv of the 1×8×8 (64 B) image.
    static func residual() throws -> Network {
        let builder = NetworkBuilder("residual")
        let image = try builder.input([1, 8, 8])
        let x = try builder.convolution(image, to: 4, kernel: 1, name: "stem")
        let a = try builder.activation(
            try builder.convolution(x, to: 4, kernel: 3, padding: 1, name: "a"), .relu, name: "a.relu")
        let b = try builder.convolution(a, to: 4, kernel: 3, padding: 1, name: "b")
        let sum = try builder.add(x, b, name: "add")
        return try builder.network(output: try builder.activation(sum, .relu, name: "relu"))
    }

    /// Self-attentive pooling 2×2 at patch 1 of a 4×4×4 (64 B) map: 16 tokens of 4 channels, 2 heads.
    static func attention() throws -> Network {
        let builder = NetworkBuilder("attention")
        let image = try builder.input([3, 4, 4])
        let x = try builder.convolution(image, to: 4, kernel: 1, name: "x")
        return try builder.network(output: try builder.pool(x, with: SelfAttentivePooling(), kernel: 2, name: "pool"))
    }

    /// Gaussian pooling 2×2 of a 4×4×4 map.
    static func gaussian(_ noise: GaussianPooling.Noise) throws -> Network {
        let builder = NetworkBuilder("gaussian")
        let x = try builder.input([4, 4, 4])
        return try builder.network(
            output: try builder.pool(x, with: GaussianPooling(noise: noise), kernel: 2, name: "pool"))
    }
}
