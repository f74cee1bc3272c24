/// Pooling that has glanced at the whole image first: what a few attended tokens (`GlanceTokens`) say of a place
/// decides how much its pixels weigh, and what becomes of their mean.
///
/// With X the map, or the maximum of each pixel's neighbourhood:
///
///     W = exp(c · sigmoid(BN(ℓ(x)) · (1 + g(cell))))    ℓ: depthwise; g: 1×1 on tokens, brought to the map
///     P = Σ X·W / Σ W over the window                   (or any other pooling)
///     Y = P · (1 + γ(cell)) + β(cell)                   γ, β: 1×1 on tokens, brought to the pooled map
///
/// The tokens are known before the first row of the first stage, so that every pooling streams through stripes: no
/// map waits for its weights, as it does in `SelfAttentivePooling`. What the whole image says multiplies what the
/// pixel says. Added, it would cancel out of Σ X·W / Σ W as far as it is the same for the pixels of a window (Cao et
/// al., *GCNet*, ICCVW 2019, for why it nearly is). In the path of the values nothing can cancel (γ and β are FiLM's:
/// Perez et al., AAAI 2018). g, γ and β are 0 in a new network, which so starts from a local pooling.
public struct GlancePooling: PoolingMethod {
    public var tokens: GlanceTokens
    public var pooling: Pooling
    /// Whether the mean is scaled and shifted by what the glance says (γ, β).
    public var tellsValues: Bool

    /// What makes P.
    public enum Pooling: Sendable {
        /// Weights that the glance has a part in.
        case weighted(Weights)
        /// A pooling that knows nothing of it.
        case other(any PoolingMethod)
    }

    /// How pixels are weighed.
    public struct Weights: Sendable, Hashable {
        /// How what the image says meets what the pixel says.
        public enum Combination: String, Sendable, Hashable, CaseIterable {
            /// BN(ℓ) · (1 + g)
            case multiply
            /// BN(ℓ) + g: the control, which cancels.
            case add
        }

        public var combination = Combination.multiply
        /// Side of the depthwise convolution ℓ.
        public var localKernel = 3
        /// Side of the neighbourhood whose maximum is what is averaged, in place of the pixel itself; 0 is none.
        public var maximum = 3
        /// c. Weights of 8 bits tell exp(0) from 0 up to about 4.
        public var temperature = SelfAttentivePooling.Temperature.fixed(4)
        public var weighting = SelfAttentivePooling.Weighting.exponentialOfSigmoid

        /// Weights by their defaults.
        public init() {}
    }

    /// A glance pooling by its parts. The default is BlurPool whose values the glance tells.
    public init(
        tokens: GlanceTokens = GlanceTokens(), pooling: Pooling = .other(BlurPooling()), tellsValues: Bool = true
    ) {
        self.tokens = tokens
        self.pooling = pooling
        self.tellsValues = tellsValues
    }

    public func build(_ x: Node.ID, window: Window, in builder: NetworkBuilder) throws -> Node.ID {
        let context = try tokens.write(x, in: builder)
        let pooled: Node.ID
        switch pooling {
        case .weighted(let weights):
            let values = try builder.neighbourhoodMaximum(x, side: weights.maximum)
            let factors = try builder.scope("weight") {
                try weights.write(x, context, in: builder)
            }
            pooled = try builder.add(
                .windowPool(WindowPool(window)), [values, factors], name: tellsValues ? "mean" : "")
        case .other(let method):
            guard tellsValues else {
                throw NetworkError(
                    "\(builder.qualified("")): its glance tells neither weights nor values: use weights=yes, values=yes "
                        + "or both"
                )
            }
            pooled = try builder.pool(x, with: method, window: window, name: "base")
        }
        guard tellsValues else { return pooled }
        let (scaled, shift) = try builder.scope("value") {
            let near = try builder.averagedContext(context, over: pooled)
            let gain = try builder.told(near, over: pooled, isFactor: true, name: "gain")
            let shift = try builder.told(near, over: pooled, isFactor: false, name: "shift")
            return (try builder.multiply(pooled, gain, name: "scaled"), shift)
        }
        return try builder.add(scaled, shift, name: "")
    }
}

extension GlancePooling.Weights {
    /// W for each pixel of the map.
    fileprivate func write(_ x: Node.ID, _ context: Node.ID, in builder: NetworkBuilder) throws -> Node.ID {
        guard (1...63).contains(localKernel), localKernel % 2 == 1 else {
            throw NetworkError(
                "\(builder.qualified("")): its local kernel is \(localKernel): use an odd number up to 63")
        }
        let channels = builder.shape(of: x).channels
        var logits = try builder.convolution(
            x, to: channels, kernel: Size(localKernel), padding: Size(localKernel / 2), groups: channels,
            name: "local.0")
        logits = try builder.batchNorm(logits, name: "local.1")
        let near = try builder.averagedContext(context, over: x)
        let said = try builder.told(near, over: x, isFactor: combination == .multiply, name: "global")
        switch combination {
        case .multiply: logits = try builder.multiply(logits, said, name: "product")
        case .add: logits = try builder.add(logits, said, name: "sum")
        }
        return try weighting.weights(logits, temperature: temperature, in: builder)
    }
}

extension NetworkBuilder {
    /// The context with no more cells than a map has pixels down and across: a finer grid is averaged.
    ///
    /// Where the cells of a grid do not come in whole numbers to a pixel, they are first interpolated to the next
    /// number that does.
    fileprivate func averagedContext(_ context: Node.ID, over map: Node.ID) throws(NetworkError) -> Node.ID {
        let (grid, map) = (shape(of: context).size, shape(of: map).size)
        func cells(_ cells: Int, _ pixels: Int) -> Int { (cells + pixels - 1) / pixels }
        let factor = Size(cells(grid.height, map.height), cells(grid.width, map.width))
        guard factor != 1 else { return context }
        func side(_ factor: Int, _ cells: Int, _ pixels: Int) -> Int { factor == 1 ? cells : factor * pixels }
        let whole = Size(
            side(factor.height, grid.height, map.height), side(factor.width, grid.width, map.width))
        var near = context
        if whole != grid {
            near = try add(.upsampleBilinear(UpsampleBilinear(size: whole)), [near], name: "cells")
        }
        return try add(.averagePool(AveragePool(kernel: factor, stride: factor)), [near], name: "near")
    }

    /// What a context says of each channel of a map, brought to its pixels; one pixel where the context is one. It is
    /// 0 in a new network, or, as a factor, 1.
    fileprivate func told(
        _ context: Node.ID, over map: Node.ID, isFactor: Bool, name: String
    ) throws(NetworkError) -> Node.ID {
        let (grid, map) = (shape(of: context), shape(of: map))
        let projection = Convolution(
            inputChannels: grid.channels, outputChannels: map.channels, kernel: 1, bias: true, startsAtZero: true)
        var said = try add(.convolution(projection), [context], name: "\(name).0")
        // In front of the interpolation, where there are few numbers.
        if isFactor { said = try add(.scale(Scale(1, offset: 1)), [said], name: "\(name).1") }
        guard grid.size != 1, grid.size != map.size else { return said }
        return try add(.upsampleBilinear(UpsampleBilinear(size: map.size)), [said], name: "\(name).map")
    }
}
