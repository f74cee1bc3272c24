// What several backbones are made of.

extension NetworkBuilder {
    /// Convolution, batch normalisation and an activation, named 0, 1, 2 in a scope; padding keeps the size at stride
    /// 1.
    func convolutionBlock(
        _ x: Node.ID, to channels: Int, kernel: Size, stride: Int = 1, activation function: Activation.Function,
        scope name: String
    ) throws -> Node.ID {
        try scope(name) {
            let map = try paddedConvolution(x, to: channels, kernel: kernel, stride: Size(stride), name: "0")
            return try activation(try batchNorm(map, name: "1"), function, name: "2")
        }
    }

    /// A 3×3 convolution channel by channel, batch normalisation and an activation, named likewise.
    func depthwiseBlock(
        _ x: Node.ID, stride: Int = 1, activation function: Activation.Function = .relu6, scope name: String
    ) throws -> Node.ID {
        try scope(name) {
            let channels = shape(of: x).channels
            let map = try paddedConvolution(
                x, to: channels, kernel: 3, stride: Size(stride), groups: channels, name: "0")
            return try activation(try batchNorm(map, name: "1"), function, name: "2")
        }
    }

    /// A 3×3 convolution channel by channel, then one across channels; both normalised, with an activation.
    func separableBlock(
        _ x: Node.ID, to channels: Int, stride: Int = 1, activation function: Activation.Function = .relu6,
        scope name: String
    ) throws -> Node.ID {
        try scope(name) {
            let map = try depthwiseBlock(x, stride: stride, activation: function, scope: "0")
            return try convolutionBlock(map, to: channels, kernel: 1, activation: function, scope: "1")
        }
    }
}
