extension SelfAttentivePooling {
    /// Reads the options of `self-attentive`.
    init(_ options: inout NotationOptions) throws {
        var pooling = SelfAttentivePooling()
        let patches = try options.integers("patch", default: [pooling.patch])
        pooling.patch = patches[0]
        pooling.ratio = try options.number("ratio", default: pooling.ratio)
        pooling.heads = try options.integer("heads", default: pooling.heads)
        pooling.isWindowNormalised = try options.flag("window-normalised", default: pooling.isWindowNormalised)
        pooling.position = try options.choice("position", default: pooling.position)
        pooling.restoration = try options.choice("restoration", default: pooling.restoration)
        pooling.weighting = try options.choice("weighting", default: pooling.weighting)
        pooling.normalisesEmbedding = try options.flag("embedding-norm", default: pooling.normalisesEmbedding)
        pooling.normalisesRestoration = try options.flag("restoration-norm", default: pooling.normalisesRestoration)
        pooling.allowsDegenerate = try options.flag("allow-degenerate", default: pooling.allowsDegenerate)
        pooling.temperature =
            try options.temperature(of: pooling.weighting, in: "self-attentive") ?? pooling.temperature
        pooling.extensions = try Extensions(&options)
        pooling.extensions.furtherPatches = Array(patches.dropFirst())
        self = pooling
    }
}

extension SelfAttentivePooling.Extensions {
    private enum Norm: String, CaseIterable { case batch, instance }

    /// Reads `norm`, `zero-logits`, `residual`, `local`, `overlap`, `maximum` and `attention-share`; further patches stand in `patch`.
    fileprivate init(_ options: inout NotationOptions) throws {
        self.init()
        normalisesInstances = try options.choice("norm", default: Norm.batch) == .instance
        startsFromAverage = try options.flag("zero-logits", default: false)
        addsTokens = try options.flag("residual", default: false)
        localKernel = try options.integer("local", default: 0)
        overlap = try options.integer("overlap", default: 0)
        maximum = try options.integer("maximum", default: 0)
        if let share = options.call("attention-share") {
            attentionShare = try SelfAttentivePooling.Temperature(share, of: "attention-share", in: "self-attentive")
        }
    }
}

extension NotationOptions {
    /// The factor of a weighting's exponent; nil where nothing is said.
    mutating func temperature(
        of weighting: SelfAttentivePooling.Weighting, in pooling: String
    ) throws -> SelfAttentivePooling.Temperature? {
        guard weighting != .sigmoid else {
            let other = SelfAttentivePooling.Weighting.exponentialOfSigmoid.rawValue
            try refuse(["temperature"], because: "a sigmoid has none", unless: "weighting=\(other)")
            return nil
        }
        return try call("temperature").map { try SelfAttentivePooling.Temperature($0, of: "temperature", in: pooling) }
    }
}

extension SelfAttentivePooling.Temperature {
    /// Reads a number, or `learned(start=1)`.
    fileprivate init(_ call: NotationCall, of key: String, in pooling: String) throws {
        if call.name == "learned" {
            var options = NotationOptions(call)
            self = .learned(try options.number("start", default: 1))
            try options.finish()
            return
        }
        guard let factor = Double(call.name), factor.isFinite, call.arguments.isEmpty else {
            throw NetworkError("\(key)=\(call.name) in \(pooling): use a number or learned(start=1)")
        }
        self = .fixed(factor)
    }
}
