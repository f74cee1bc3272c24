/// Self-attention over every position, then a strided convolution: the "attention pooling" that Chen et al. (2023) compare with.
///
/// E = ReLU(BN(conv 1×1(x))) + position; Y = ReLU(BN(conv k×k, stride s(attention(E)))).
public struct AttentionPooling: PoolingMethod, Hashable {
    public var heads: Int
    /// Embedding channels per input channel.
    public var ratio: Double

    /// An attention pooling by its hyper-parameters.
    public init(heads: Int = 2, ratio: Double = 1) {
        self.heads = heads
        self.ratio = ratio
    }

    public func build(_ x: Node.ID, window: Window, in builder: NetworkBuilder) throws -> Node.ID {
        let embedding = SelfAttentivePooling(patch: 1, ratio: ratio, heads: heads)
        let tokens = try embedding.attend(x, in: builder)
        let channels = builder.shape(of: x).channels
        return try builder.scope("map") {
            let map = try builder.convolution(
                tokens, to: channels, window: window, bias: true, name: "0")
            return try builder.activation(try builder.batchNorm(map, name: "1"), .relu, name: "2")
        }
    }
}
