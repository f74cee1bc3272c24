/// Pooling methods by name, in the project's own notation: `self-attentive(patch=2, restoration=subpixel)`.
enum PoolingNotation {
    private typealias Reader = @Sendable (inout NotationOptions) throws -> any PoolingMethod

    private static let readers: [(name: String, read: Reader)] = [
        ("max", { _ in MaxPooling() }),
        ("average", { _ in AveragePooling() }),
        ("strided-conv", { _ in StridedConvolution() }),
        ("lip", { _ in LocalImportancePooling() }),
        ("gaussian", { options in GaussianPooling(noise: try options.choice("noise", default: .position)) }),
        ("attention", { options in
            AttentionPooling(heads: try options.integer("heads", default: 2), ratio: try options.number("ratio", default: 1))
        }),
        ("self-attentive", { options in try SelfAttentivePooling(&options) }),
    ]

    /// Every name, and `strided` for a stride in the backbone's own convolution.
    static var names: [String] { ["strided"] + readers.map(\.name) }

    /// The method that a call names; nil for `strided`.
    static func method(_ call: NotationCall) throws -> (any PoolingMethod)? {
        var options = NotationOptions(call)
        if call.name == "strided" {
            try options.finish()
            return nil
        }
        guard let reader = readers.first(where: { $0.name == call.name }) else {
            throw NetworkError("unknown pooling \"\(call.name)\": known are \(names.joined(separator: ", "))")
        }
        let method = try reader.read(&options)
        try options.finish()
        return method
    }
}

extension SelfAttentivePooling {
    /// Reads the options `patch`, `ratio`, `heads`, `window-normalised`, `position`, `restoration`, `temperature`, `weighting`,
    /// `embedding-norm`, `restoration-norm` and `allow-degenerate`.
    fileprivate init(_ options: inout NotationOptions) throws {
        var pooling = SelfAttentivePooling()
        pooling.patch = try options.integer("patch", default: pooling.patch)
        pooling.ratio = try options.number("ratio", default: pooling.ratio)
        pooling.heads = try options.integer("heads", default: pooling.heads)
        pooling.isWindowNormalised = try options.flag("window-normalised", default: pooling.isWindowNormalised)
        pooling.position = try options.choice("position", default: pooling.position)
        pooling.restoration = try options.choice("restoration", default: pooling.restoration)
        pooling.weighting = try options.choice("weighting", default: pooling.weighting)
        pooling.normalisesEmbedding = try options.flag("embedding-norm", default: pooling.normalisesEmbedding)
        pooling.normalisesRestoration = try options.flag("restoration-norm", default: pooling.normalisesRestoration)
        pooling.allowsDegenerate = try options.flag("allow-degenerate", default: pooling.allowsDegenerate)
        if let temperature = options.call("temperature") { pooling.temperature = try Temperature(temperature) }
        self = pooling
    }
}

extension SelfAttentivePooling.Temperature {
    /// Reads a number, or `learned(start=1)`.
    fileprivate init(_ call: NotationCall) throws {
        if call.name == "learned" {
            var options = NotationOptions(call)
            self = .learned(try options.number("start", default: 1))
            try options.finish()
            return
        }
        guard let factor = Double(call.name), factor.isFinite, call.arguments.isEmpty else {
            throw NetworkError("temperature=\(call.name) in self-attentive: use a number or learned(start=1)")
        }
        self = .fixed(factor)
    }
}
