/// Pooling methods by name, in the project's own notation: `self-attentive(patch=2, restoration=subpixel)`.
package enum PoolingNotation {
    private typealias Reader = @Sendable (inout NotationOptions) throws -> any PoolingMethod

    private static let readers: [(name: String, read: Reader)] = [
        ("max", { _ in MaxPooling() }),
        ("average", { _ in AveragePooling() }),
        ("strided-conv", { _ in StridedConvolution() }),
        ("lip", { options in LocalImportancePooling(logits: try logits(&options)) }),
        ("gaussian", { options in GaussianPooling(noise: try options.choice("noise", default: .position)) }),
        (
            "attention",
            { options in
                AttentionPooling(
                    heads: try options.integer("heads", default: 2), ratio: try options.number("ratio", default: 1))
            }
        ),
        ("self-attentive", { options in try SelfAttentivePooling(&options) }),
        ("glance", { options in try GlancePooling(&options) }),
        ("attended", { options in try AttendedPooling(&options) }),
        ("soft", { _ in SoftPooling() }),
        ("ada", { _ in AdaPooling() }),
        (
            "blur",
            { options in
                BlurPooling(
                    form: try options.choice("form", default: .max), filter: try options.integer("filter", default: 4))
            }
        ),
        (
            "lp",
            { options in
                LpPooling(
                    exponent: try options.number("p", default: 2),
                    isLearned: try options.flag("learned", default: false))
            }
        ),
        (
            "gem",
            { options in
                GeneralizedMeanPooling(
                    exponent: try options.number("p", default: 3), isLearned: try options.flag("learned", default: true)
                )
            }
        ),
        (
            "mixed",
            { options in
                MixedPooling(
                    sharing: try options.choice("share", default: .layer),
                    start: try options.number("start", default: 0.5))
            }
        ),
        ("gated", { _ in GatedPooling() }),
        ("tree", { options in TreePooling(levels: try options.integer("levels", default: 2)) }),
        ("stochastic", { _ in StochasticPooling() }),
        ("s3", { options in S3Pooling(grid: try options.integer("grid", default: 0)) }),
        (
            "dpp",
            { options in
                DetailPreservingPooling(
                    details: try options.choice("details", default: .symmetric),
                    isFull: try options.choice("form", default: DetailForm.lite) == .full)
            }
        ),
        ("wavelet", { options in WaveletPooling(bands: try options.choice("bands", default: .low)) }),
        (
            "rnn",
            { options in
                RecurrentPooling(
                    lineStates: try options.integer("line-states", default: 0),
                    windowStates: try options.integer("window-states", default: 0))
            }
        ),
        ("space-to-depth", { options in SpaceToDepthPooling(kernel: try options.integer("kernel", default: 1)) }),
    ]

    private enum DetailForm: String, CaseIterable { case full, lite }

    private enum LogitForm: String, CaseIterable { case pointwise, projection, bottleneck }

    /// `logits=pointwise`, `projection`, or `bottleneck` with its `width`.
    private static func logits(_ options: inout NotationOptions) throws -> LocalImportancePooling.Logits {
        switch try options.choice("logits", default: LogitForm.pointwise) {
        case .pointwise: return .pointwise
        case .projection: return .projection
        case .bottleneck:
            let width = try options.integer("width", default: 0)
            return .bottleneck(width: width == 0 ? nil : width)
        }
    }

    /// Every name, and `strided` for a stride in the backbone's own convolution.
    package static var names: [String] { ["strided"] + readers.map(\.name) }

    /// The method of a name with options, `blur(filter=3)`; nil for `strided`.
    package static func method(_ text: String) throws -> (any PoolingMethod)? {
        try method(NotationParser.parse(text))
    }

    /// The method that a call names; nil for `strided`.
    static func method(_ call: NotationCall) throws -> (any PoolingMethod)? {
        var options = NotationOptions(call)
        if call.name == "strided" {
            try options.finish()
            return nil
        }
        guard let reader = readers.first(where: { $0.name == call.name }) else {
            let question = Suggestion.question(for: call.name, among: names)
            throw NetworkError(
                "unknown pooling \"\(call.name)\"\(question): known are \(names.joined(separator: ", "))")
        }
        let method = try reader.read(&options)
        try options.finish()
        return method
    }
}
