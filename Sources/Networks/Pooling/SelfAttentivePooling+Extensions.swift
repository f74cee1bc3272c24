extension SelfAttentivePooling {
    /// What this project adds to the paper's layer, each switched on by itself.
    public struct Extensions: Sendable, Hashable {
        /// A new layer's logits are all zero, so that training starts from average pooling.
        public var startsFromAverage = false

        /// Instance normalisation in place of batch normalisation.
        public var normalisesInstances = false

        /// Patches of more scales: each has embedding, attention and restoration of its own, and the logits are added.
        public var furtherPatches: [Int] = []

        /// Tokens are added to what attention makes of them, as in transformers. Without, a patch tells of itself only as far as attention
        /// looks at it: while attention is nearly even, all patches of an image come out alike.
        public var addsTokens = false

        /// Side of a depthwise convolution of the map whose normalised output is added to the logits; 0 is none. A local term beside
        /// attention's global one.
        public var localKernel = 0

        /// Share of the attended mean in (1 − share)·average + share·attended: a residual path around the attention. nil is
        /// the attended mean alone.
        public var attentionShare: Temperature?

        /// Pixels by which windows reach beyond the given ones on each side, so that they overlap.
        public var overlap = 0

        /// Side of the neighbourhood whose maximum, at stride 1, is what is averaged in place of the pixel itself; 0 is none. BlurPool's
        /// other half (Zhang, 2019), under weights of attention.
        public var maximum = 0

        /// No additions.
        public init() {}
    }

    /// The window that is asked for, with what it overlaps on each side.
    func widened(_ window: Window, in builder: NetworkBuilder) throws -> Window {
        let overlap = extensions.overlap
        guard (0...16).contains(overlap) else {
            throw NetworkError("\(builder.qualified("")): its windows overlap by \(overlap): use 0 to 16")
        }
        return window.widened(before: overlap, after: overlap)
    }

    /// Logits of every scale and of the local term, added.
    func logits(_ x: Node.ID, in builder: NetworkBuilder) throws -> Node.ID {
        let map = builder.shape(of: x)
        var logits = try restore(try attend(x, in: builder), map: map, in: builder)
        guard !extensions.furtherPatches.isEmpty || extensions.localKernel != 0 else { return logits }

        let place = builder.qualified("")
        let patches = [patch] + extensions.furtherPatches
        guard patches.count <= 8, Set(patches).count == patches.count else {
            throw NetworkError("\(place): its patches are \(patches): use each once, and at most eight")
        }
        let kernel = extensions.localKernel
        guard kernel == 0 || (1...63).contains(kernel) && kernel % 2 == 1 else {
            throw NetworkError("\(place): its local kernel is \(kernel): use an odd number up to 63, or 0 for none")
        }
        func requirePixels(_ logits: Node.ID) throws {
            guard builder.shape(of: logits).size == map.size else {
                throw NetworkError(
                    "\(place): logits of several scales, or of a local term, meet at pixels: use subpixel or bilinear restoration"
                )
            }
        }
        try requirePixels(logits)
        for patch in extensions.furtherPatches {
            var other = self
            other.patch = patch
            let more = try builder.scope("scale\(patch)") {
                try other.restore(try other.attend(x, in: builder), map: map, in: builder)
            }
            try requirePixels(more)
            logits = try builder.add(logits, more, name: "sum\(patch)")
        }
        guard kernel > 0 else { return logits }
        return try builder.add(logits, try local(x, in: builder), name: "local.sum")
    }

    /// The local term: normalised depthwise convolution of the map.
    private func local(_ x: Node.ID, in builder: NetworkBuilder) throws -> Node.ID {
        let channels = builder.shape(of: x).channels
        let term = try logitConvolution(
            x, to: channels, kernel: extensions.localKernel, groups: channels, name: "local.0", in: builder)
        guard normalisesRestoration else { return term }
        return try normalise(term, isLogit: true, name: "local.1", in: builder)
    }

    /// A convolution that ends in logits. Where nothing normalises them, it is the convolution that starts at zero.
    func logitConvolution(
        _ x: Node.ID, to channels: Int, kernel: Int, groups: Int = 1, name: String, in builder: NetworkBuilder
    ) throws -> Node.ID {
        let details = Convolution(
            inputChannels: builder.shape(of: x).channels, outputChannels: channels, kernel: Size(kernel),
            padding: Size(kernel / 2), groups: groups, bias: true,
            startsAtZero: extensions.startsFromAverage && !normalisesRestoration)
        return try builder.add(.convolution(details), [x], name: name)
    }

    /// Batch or instance normalisation; of logits that start at zero, with scales that do.
    func normalise(
        _ x: Node.ID, statisticsSize: Size? = nil, isLogit: Bool = false, name: String, in builder: NetworkBuilder
    ) throws -> Node.ID {
        let start = isLogit && extensions.startsFromAverage ? 0.0 : nil
        guard extensions.normalisesInstances else {
            return try builder.batchNorm(x, statisticsSize: statisticsSize, initialWeight: start, name: name)
        }
        return try builder.instanceNorm(x, initialWeight: start, name: name)
    }
}

extension NetworkBuilder {
    /// The maximum of each pixel's neighbourhood, `side` pixels wide; the map itself where that is 0 or 1.
    func neighbourhoodMaximum(_ x: Node.ID, side: Int) throws(NetworkError) -> Node.ID {
        guard side == 0 || (1...63).contains(side) && side % 2 == 1 else {
            throw NetworkError(
                "\(qualified("")): its maximum is of \(side)×\(side) pixels: use an odd number up to 63, or 0 for none")
        }
        guard side > 1 else { return x }
        return try add(.maxPool(MaxPool(kernel: Size(side), stride: 1, padding: Size(side / 2))), [x], name: "max")
    }
}
