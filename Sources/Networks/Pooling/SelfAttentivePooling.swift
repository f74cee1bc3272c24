/// Non-local self-attentive pooling (Chen, Datta, Kundu and Beerel, *Self-Attentive Pooling for Efficient Deep Learning*, WACV 2023,
/// section 3).
///
/// Every pixel is weighted by what multi-head self-attention over the whole map makes of its patch:
///
/// 1. patch embedding E = ReLU(BN(conv p×p, stride p: C → d)), d = h · max(1, round(r·C / h));
/// 2. position T = E + concat(column[x], row[y]);
/// 3. A = multi-head self-attention(T);
/// 4. spatial-channel restoration R = sigmoid(BN(conv 1×1: d → C)(upsample(A)));
/// 5. W = exp(c·R), Y = avgpool(X·W) / avgpool(W).
///
/// Steps 4 and 5 run at patch resolution: a nearest upsampling commutes with everything up to the pooling and is left to
/// `WindowPool`.
public struct SelfAttentivePooling: PoolingMethod, Hashable {
    /// Side p of a patch.
    public var patch: Int
    /// r: embedding channels per input channel.
    public var ratio: Double
    /// h.
    public var heads: Int
    /// Whether weights are normalised in each window (the paper's form) or Y = avgpool(X·W).
    public var isWindowNormalised: Bool
    public var position: Position
    public var restoration: Restoration
    public var temperature: Temperature
    public var weighting: Weighting
    /// Normalisation in the patch embedding and in the restoration.
    public var normalisesEmbedding: Bool
    public var normalisesRestoration: Bool
    /// This project's additions to the paper's layer; none by default.
    public var extensions = Extensions()
    /// Accepts settings in which the layer is exactly average pooling (see `WindowPool.isAveragePooling`).
    public var allowsDegenerate: Bool

    /// Where tokens get their place from.
    public enum Position: String, Sendable, Hashable, CaseIterable {
        case learned, sine, none

        /// nil for no positions.
        var table: PositionEmbedding.Table? {
            switch self {
            case .learned: .learned
            case .sine: .sine
            case .none: nil
            }
        }

        /// Tokens with their places; the tokens themselves where there are no positions.
        func added(to tokens: Node.ID, in builder: NetworkBuilder) throws(NetworkError) -> Node.ID {
            guard let table else { return tokens }
            let embedding = PositionEmbedding(channels: builder.shape(of: tokens).channels, table: table)
            return try builder.add(.positionEmbedding(embedding), [tokens], name: "pos_embed")
        }
    }

    /// How weights of patches become weights of pixels.
    public enum Restoration: String, Sendable, Hashable, CaseIterable {
        /// Every pixel of a patch weighs the same (the paper's).
        case nearest
        /// Logits are interpolated between patches.
        case bilinear
        /// The restoring convolution writes a logit for each pixel of its patch.
        case subpixel
    }

    /// c in exp(c·sigmoid): above 0, at most 64, where an exponential in single precision is still finite.
    public enum Temperature: Sendable, Hashable {
        case fixed(Double)
        /// Learned, from a starting value.
        case learned(Double)

        /// The number, or the one that learning starts from.
        var start: Double {
            switch self {
            case .fixed(let number), .learned(let number): number
            }
        }

        var scale: Scale {
            switch self {
            case .fixed(let factor): Scale(factor)
            case .learned(let start): Scale(start, isLearned: true)
            }
        }
    }

    /// What makes a positive weight of a logit z.
    public enum Weighting: String, Sendable, Hashable, CaseIterable {
        /// exp(c·sigmoid(z)): the paper's.
        case exponentialOfSigmoid = "exp-sigmoid"
        /// sigmoid(z).
        case sigmoid
        /// exp(z).
        case exponential = "exp"

        /// Positive weights of logits; c where there is an exponential.
        ///
        /// - Parameter sigmoid: what its sigmoid is called.
        func weights(
            _ logits: Node.ID, temperature: Temperature, sigmoid: String = "sigmoid", in builder: NetworkBuilder
        ) throws -> Node.ID {
            var logits = logits
            if self != .exponential { logits = try builder.activation(logits, .sigmoid, name: sigmoid) }
            guard self != .sigmoid else { return logits }
            let start = temperature.start
            guard start > 0, start <= 64 else {
                throw NetworkError(
                    "\(builder.qualified("")): its temperature is \(start): use a number above 0, at most 64")
            }
            if temperature != .fixed(1) {
                logits = try builder.add(.scale(temperature.scale), [logits], name: "temperature")
            }
            return try builder.activation(logits, .exponential, name: "exp")
        }
    }

    /// A self-attentive pooling by its options. The defaults are the paper's form at patch 1 with two heads.
    public init(
        patch: Int = 1, ratio: Double = 1, heads: Int = 2, isWindowNormalised: Bool = true,
        position: Position = .learned,
        restoration: Restoration = .nearest, temperature: Temperature = .fixed(1),
        weighting: Weighting = .exponentialOfSigmoid, normalisesEmbedding: Bool = true,
        normalisesRestoration: Bool = true,
        allowsDegenerate: Bool = false
    ) {
        self.patch = patch
        self.ratio = ratio
        self.heads = heads
        self.isWindowNormalised = isWindowNormalised
        self.position = position
        self.restoration = restoration
        self.temperature = temperature
        self.weighting = weighting
        self.normalisesEmbedding = normalisesEmbedding
        self.normalisesRestoration = normalisesRestoration
        self.allowsDegenerate = allowsDegenerate
    }

    /// d for a map of `channels`: heads · max(1, round(ratio·channels / heads)), halves to even.
    public func embeddingChannels(of channels: Int) -> Int {
        heads * max(1, Int((ratio * Double(channels) / Double(heads)).rounded(.toNearestOrEven)))
    }

    public func build(_ x: Node.ID, window: Window, in builder: NetworkBuilder) throws -> Node.ID {
        let window = try widened(window, in: builder)
        if let share = extensions.attentionShare?.start, !(0...1).contains(share) {
            throw NetworkError("\(builder.qualified("")): its attention's share is \(share): use 0 to 1")
        }
        let values = try builder.neighbourhoodMaximum(x, side: extensions.maximum)
        let weights = try builder.scope("logit.pool_weight") {
            try weighting.weights(
                try logits(x, in: builder), temperature: temperature, sigmoid: "restore.sigmoid", in: builder)
        }
        let pool = WindowPool(window, isNormalised: isWindowNormalised)
        let (map, grid) = (builder.shape(of: x).size, builder.shape(of: weights).size)
        if !allowsDegenerate, pool.isAveragePooling(map: map, weights: grid) {
            throw NetworkError(
                "\(builder.qualified("")): " + Self.degenerateExplanation(pool: pool, map: map, weights: grid)
                    + ": use a smaller patch, subpixel or bilinear restoration, or no window normalisation")
        }
        guard let share = extensions.attentionShare else {
            return try builder.add(.windowPool(pool), [values, weights], name: "")
        }
        let average = AveragePool(window, countsPadding: false)
        let mean = try builder.add(.averagePool(average), [values], name: "average")
        let attended = try builder.add(.windowPool(pool), [values, weights], name: "attended")
        return try builder.mix(mean, attended, share: share.scale, shareName: "share")
    }

    /// Steps 1 to 3: tokens that have seen the whole map, `[d, ⌊H/p⌋, ⌊W/p⌋]`.
    func attend(_ x: Node.ID, in builder: NetworkBuilder) throws -> Node.ID {
        try checkOptions(builder)
        let map = builder.shape(of: x)
        guard map.isMap, min(map.height, map.width) >= patch else {
            throw NetworkError(
                "\(builder.qualified("downsample.0")): a patch of \(patch)×\(patch) does not fit the \(map.size) map: "
                    + "use larger images or a smaller patch",
                isTooSmallAnImage: true)
        }
        let channels = embeddingChannels(of: map.channels)
        var tokens = try builder.scope("downsample") {
            var embedding = try builder.convolution(
                x, to: channels, kernel: Size(patch), stride: Size(patch), bias: true, name: "0")
            if normalisesEmbedding { embedding = try normalise(embedding, name: "1", in: builder) }
            return try builder.activation(embedding, .relu, name: "2")
        }
        tokens = try position.added(to: tokens, in: builder)
        let attended = try builder.add(
            .multiHeadAttention(MultiHeadAttention(channels: channels, heads: heads)), [tokens], name: "multihead_attn")
        return extensions.addsTokens ? try builder.add(tokens, attended, name: "residual") : attended
    }

    /// Step 4 up to the sigmoid: one logit a pixel, or a patch where restoration is nearest.
    func restore(_ tokens: Node.ID, map: Shape, in builder: NetworkBuilder) throws -> Node.ID {
        let cell = restoration == .subpixel ? patch * patch : 1
        var logits = try logitConvolution(tokens, to: map.channels * cell, kernel: 1, name: "restore.0", in: builder)
        if restoration == .subpixel {
            logits = try builder.add(
                .depthToSpace(DepthToSpace(factor: patch, size: map.size)), [logits], name: "restore.shuffle")
        }
        if normalisesRestoration {
            logits = try normalise(
                logits, statisticsSize: restoration == .nearest && patch > 1 ? map.size : nil, isLogit: true,
                name: "restore.1", in: builder)
        }
        if restoration == .bilinear, builder.shape(of: logits).size != map.size {
            logits = try builder.add(
                .upsampleBilinear(UpsampleBilinear(size: map.size)), [logits], name: "restore.upsample")
        }
        return logits
    }

    private func checkOptions(_ builder: NetworkBuilder) throws(NetworkError) {
        let place = builder.qualified("")
        guard (1...256).contains(patch) else { throw NetworkError("\(place): its patch is \(patch): use 1 to 256") }
        guard (1...4096).contains(heads) else { throw NetworkError("\(place): it has \(heads) heads: use 1 to 4096") }
        guard ratio > 0, ratio <= 64 else {
            throw NetworkError("\(place): its embedding ratio is \(ratio): use a number above 0, at most 64")
        }
    }

    /// Why weights of `weights` cells over a map are no weights at all.
    static func degenerateExplanation(pool: WindowPool, map: Size, weights: Size) -> String {
        "every \(pool.window.kernel) window of the \(map) map lies inside one cell of the \(weights) grid of patches, so all its weights are "
            + "equal: this is exactly average pooling, and the attention would never learn"
    }
}
