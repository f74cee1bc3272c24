extension GlancePooling {
    /// Reads the options of `glance`.
    init(_ options: inout NotationOptions) throws {
        var pooling = GlancePooling(tokens: try GlanceTokens(&options))
        pooling.tellsValues = try options.flag("values", default: pooling.tellsValues)
        if try options.flag("weights", default: false) {
            pooling.pooling = .weighted(try Weights(&options))
            try options.refuse(["base"], because: "its pooling is one by weights", unless: "weights=no")
        } else {
            if let base = try options.base(of: "glance") { pooling.pooling = .other(base) }
            try options.refuse(Weights.keys, because: "it weighs no pixels", unless: "weights=yes")
        }
        self = pooling
    }
}

extension AttendedPooling {
    /// Reads the options of `attended`.
    init(_ options: inout NotationOptions) throws {
        self.init()
        base = try options.base(of: "attended") ?? base
        channels = try options.integer("channels", default: channels)
        try options.attention(&attends, heads: &heads, startsMimetic: &startsMimetic)
        position = try options.choice("position", default: position)
        largest = try options.integer("largest", default: largest)
    }
}

extension NotationOptions {
    /// Reads whether tokens attend to each other, and how.
    fileprivate mutating func attention(
        _ attends: inout Bool, heads: inout Int, startsMimetic: inout Bool
    ) throws {
        attends = try flag("attend", default: attends)
        guard attends else {
            return try refuse(["heads", "mimetic"], because: "nothing attends", unless: "attend=yes")
        }
        heads = try integer("heads", default: heads)
        startsMimetic = try flag("mimetic", default: startsMimetic)
    }

    /// The pooling that another one is built on; nil where nothing is said.
    fileprivate mutating func base(of name: String) throws -> (any PoolingMethod)? {
        guard let call = call("base") else { return nil }
        guard let method = try PoolingNotation.method(call) else {
            throw NetworkError("base=strided in \(name): a pooling is wanted here, such as strided-conv")
        }
        return method
    }
}

extension GlanceTokens {
    /// Reads what says how tokens are made.
    fileprivate init(_ options: inout NotationOptions) throws {
        self.init()
        patch = try options.integer("patch", default: patch)
        channels = try options.integer("channels", default: channels)
        layers = try options.integer("layers", default: layers)
        if layers == 0 {
            try options.refuse(["attend", "heads", "mimetic"], because: "it has no layers", unless: "layers=1")
        } else {
            try options.attention(&attends, heads: &heads, startsMimetic: &startsMimetic)
        }
        position = try options.choice("position", default: position)
        context = try options.choice("context", default: context)
        source = try options.choice("source", default: source)
    }
}

extension GlancePooling.Weights {
    fileprivate static let keys = ["combine", "local", "maximum", "temperature", "weighting"]

    /// Reads what says how pixels are weighed.
    fileprivate init(_ options: inout NotationOptions) throws {
        self.init()
        combination = try options.choice("combine", default: combination)
        localKernel = try options.integer("local", default: localKernel)
        maximum = try options.integer("maximum", default: maximum)
        weighting = try options.choice("weighting", default: weighting)
        temperature = try options.temperature(of: weighting, in: "glance") ?? temperature
    }
}
