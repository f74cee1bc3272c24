// Lee, Gallagher and Tu, "Generalizing Pooling Functions in Convolutional Neural Networks: Mixed, Gated, and Tree", AISTATS 2016.

/// Mixed max-average pooling (Lee et al., 2016, section 3.1): a·max + (1 − a)·average with a in 0…1 learned.
public struct MixedPooling: PoolingMethod, Hashable {
    /// What shares one proportion.
    public enum Sharing: String, Sendable, Hashable, CaseIterable {
        /// The whole layer.
        case layer
        /// The positions of a channel.
        case channel
    }

    public var sharing: Sharing
    /// The proportion of the maximum in a new network.
    public var start: Double

    /// A mixed pooling by what shares a proportion.
    public init(sharing: Sharing = .layer, start: Double = 0.5) {
        self.sharing = sharing
        self.start = start
    }

    public func build(_ x: Node.ID, window: Window, in builder: NetworkBuilder) throws -> Node.ID {
        guard (0...1).contains(start) else {
            throw NetworkError("\(builder.qualified("")): its proportion starts at \(start): use 0 to 1")
        }
        let (average, largest) = try builder.meanAndMaximum(x, window)
        let shape = sharing == .channel ? Shape(builder.shape(of: x).channels, 1) : nil
        let share = Scale(start, isLearned: true, shape: shape, isProportion: true)
        return try builder.mix(average, largest, share: share, shareName: "mix")
    }
}

/// Gated max-average pooling (Lee et al., 2016, section 3.1): σ(ωᵀx)·max + (1 − σ(ωᵀx))·average, with a gating mask ω over the
/// window for each channel.
public struct GatedPooling: PoolingMethod, Hashable {
    public init() {}

    public func build(_ x: Node.ID, window: Window, in builder: NetworkBuilder) throws -> Node.ID {
        let (average, largest) = try builder.meanAndMaximum(x, window)
        let gate = try builder.activation(try builder.windowFilter(x, window, name: "gate"), .sigmoid, name: "sigmoid")
        return try builder.mix(average, largest, share: gate)
    }
}

/// Tree pooling (Lee et al., 2016, section 3.2): leaves are learned filters over the window, inner nodes mix their two children by a
/// gate σ(ωᵀx); filters and masks are each channel's own.
public struct TreePooling: PoolingMethod, Hashable {
    /// 2 is two leaves under one gate, each level more twice as many leaves.
    public var levels: Int

    /// A tree by its levels.
    public init(levels: Int = 2) { self.levels = levels }

    public func build(_ x: Node.ID, window: Window, in builder: NetworkBuilder) throws -> Node.ID {
        guard (1...5).contains(levels) else {
            throw NetworkError("\(builder.qualified("")): its tree has \(levels) levels: use 1 to 5")
        }
        return try grow(x, window, levels: levels, in: builder)
    }

    private func grow(_ x: Node.ID, _ window: Window, levels: Int, in builder: NetworkBuilder) throws -> Node.ID {
        guard levels > 1 else { return try builder.windowFilter(x, window, name: "leaf") }
        let left = try builder.scope("left") { try grow(x, window, levels: levels - 1, in: builder) }
        let right = try builder.scope("right") { try grow(x, window, levels: levels - 1, in: builder) }
        let gate = try builder.activation(try builder.windowFilter(x, window, name: "gate"), .sigmoid, name: "sigmoid")
        return try builder.mix(right, left, share: gate)
    }
}

extension NetworkBuilder {
    fileprivate func meanAndMaximum(_ x: Node.ID, _ window: Window) throws -> (mean: Node.ID, maximum: Node.ID) {
        let mean = AveragePool(window, countsPadding: false)
        let maximum = MaxPool(window)
        return (try add(.averagePool(mean), [x], name: "average"), try add(.maxPool(maximum), [x], name: "max"))
    }

    /// A learned filter over the window for each channel.
    fileprivate func windowFilter(_ x: Node.ID, _ window: Window, name: String) throws -> Node.ID {
        let channels = shape(of: x).channels
        return try convolution(x, to: channels, window: window, groups: channels, name: name)
    }
}
