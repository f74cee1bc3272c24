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
        heads = try options.integer("heads", default: heads)
        attends = try options.flag("attend", default: attends)
        if attends {
            startsMimetic = try options.flag("mimetic", default: startsMimetic)
        } else {
            try options.refuse(["mimetic"], because: "nothing attends", unless: "attend=yes")
        }
        position = try options.choice("position", default: position)
        largest = try options.integer("largest", default: largest)
    }
}

extension NotationOptions {
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
        heads = try options.integer("heads", default: heads)
        layers = try options.integer("layers", default: layers)
        attends = try options.flag("attend", default: attends)
        if attends {
            startsMimetic = try options.flag("mimetic", default: startsMimetic)
        } else {
            try options.refuse(["mimetic"], because: "nothing attends", unless: "attend=yes")
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
        if let call = options.call("temperature") {
            temperature = try SelfAttentivePooling.Temperature(call, of: "temperature", in: "glance")
        }
    }
}
