/// What a network sees of its whole image before it looks closer: a few tokens, made once and shared by all its
/// glance poolings (`GlancePooling`).
///
/// 1. patch embedding E = ReLU(BN(conv p×p, stride p: C → d)), plus position (`PositionEmbedding`);
/// 2. in each layer T ← T + multi-head self-attention(T), then T ← T + BN(conv 1×1(ReLU(BN(conv 1×1: d → 2d (T)))));
/// 3. what is handed on: all tokens `[d, h, w]`, or one for the whole image `[d, 1, 1]` (`Context`).
///
/// Normalisation stands where a branch ends, as in LeViT (Graham et al., ICCV 2021), so that all of it folds into
/// convolutions. Behind a residual sum it would not, for attention and the next sum both read the sum.
public struct GlanceTokens: Sendable, Hashable {
    /// Side p of a patch.
    public var patch = 16
    /// d.
    public var channels = 32
    public var heads = 2
    /// Layers of attention and perceptron; 0 leaves the patches' embedding.
    public var layers = 1
    /// Whether tokens look at each other. Without, a layer is its perceptron alone: the control that attention has to
    /// beat.
    public var attends = true
    /// Whether attention's weights start as those of trained transformers look (`MimeticStart`).
    public var startsMimetic = false
    public var position = SelfAttentivePooling.Position.learned
    public var context = Context.cells
    public var source = Source.image

    /// What is handed on of the tokens.
    public enum Context: String, Sendable, Hashable, CaseIterable {
        /// All of them, each for its part of the image.
        case cells
        /// One for the whole image, a mean weighed by what one learned query a channel makes of each token:
        /// w = exp(4·sigmoid(BN(conv 1×1(T)))).
        case query
        /// One for the whole image, their mean: squeeze and excitation (Hu et al., CVPR 2018), of the glance.
        case mean
    }

    /// What is cut into patches.
    public enum Source: String, Sendable, Hashable, CaseIterable {
        /// The image: the tokens are there before the first row of the first stage.
        case image
        /// The map that the network's first glance pooling takes. Patches count its pixels, and it has to wait until
        /// all tokens are made.
        case map
    }

    /// Tokens by their defaults.
    public init() {}

    /// What the names of its nodes begin with; a number follows where a network has several.
    static let scope = "glance"

    /// The scope that a node's name begins with, where that is a glance's.
    package static func scope(of node: String) -> String? {
        let first = node.prefix { $0 != "." }
        return first.hasPrefix(scope) && first.dropFirst(scope.count).allSatisfy(\.isNumber) && first.count < node.count
            ? String(first) : nil
    }

    /// Writes the tokens, where this network does not have them already.
    ///
    /// - Parameter map: what the pooling that asks for them takes.
    func write(_ map: Node.ID, in builder: NetworkBuilder) throws -> Node.ID {
        try builder.shared(self, name: Self.scope) { image in
            try handedOn(
                try attended(try embedded(source == .image ? image : map, in: builder), in: builder), in: builder)
        }
    }

    private func embedded(_ x: Node.ID, in builder: NetworkBuilder) throws -> Node.ID {
        let (place, shape) = (builder.qualified(""), builder.shape(of: x))
        guard (1...256).contains(patch) else { throw NetworkError("\(place): its patch is \(patch): use 1 to 256") }
        guard (1...4096).contains(channels) else {
            throw NetworkError("\(place): its tokens have \(channels) channels: use 1 to 4096")
        }
        guard (0...64).contains(layers) else { throw NetworkError("\(place): it has \(layers) layers: use 0 to 64") }
        guard shape.isMap, min(shape.height, shape.width) >= patch else {
            throw NetworkError(
                "\(place): a patch of \(patch)×\(patch) does not fit the \(shape.size) \(source.rawValue): use larger "
                    + "images or a smaller patch",
                isTooSmallAnImage: true)
        }
        let tokens = try builder.convolution(x, to: channels, kernel: Size(patch), stride: Size(patch), name: "embed.0")
        let activated = try builder.activation(try builder.batchNorm(tokens, name: "embed.1"), .relu, name: "embed.2")
        return try position.added(to: activated, in: builder)
    }

    private func attended(_ tokens: Node.ID, in builder: NetworkBuilder) throws -> Node.ID {
        var tokens = tokens
        for layer in 0..<layers {
            try builder.scope("layers.\(layer)") {
                if attends {
                    let attention = MultiHeadAttention(
                        channels: channels, heads: heads, startsMimetic: startsMimetic)
                    let seen = try builder.add(.multiHeadAttention(attention), [tokens], name: "attention")
                    tokens = try builder.add(tokens, seen, name: "attention.sum")
                }
                var inner = try builder.convolution(tokens, to: 2 * channels, kernel: 1, name: "perceptron.0")
                inner = try builder.activation(
                    try builder.batchNorm(inner, name: "perceptron.1"), .relu, name: "perceptron.2")
                inner = try builder.convolution(inner, to: channels, kernel: 1, name: "perceptron.3")
                tokens = try builder.add(
                    tokens, try builder.batchNorm(inner, name: "perceptron.4"), name: "perceptron.sum")
            }
        }
        return tokens
    }

    private func handedOn(_ tokens: Node.ID, in builder: NetworkBuilder) throws -> Node.ID {
        switch context {
        case .cells: return tokens
        case .mean: return try builder.add(.globalAveragePool(GlobalAveragePool()), [tokens], name: "mean")
        case .query:
            let scores = try builder.convolution(tokens, to: channels, kernel: 1, name: "query.0")
            let logits = try builder.batchNorm(scores, name: "query.1")
            let weights = try builder.scope("query") {
                try SelfAttentivePooling.Weighting.exponentialOfSigmoid.weights(
                    logits, temperature: .fixed(4), in: builder)
            }
            let grid = builder.shape(of: tokens).size
            return try builder.add(
                .windowPool(WindowPool(kernel: grid, stride: grid)), [tokens, weights], name: "query.mean")
        }
    }
}
