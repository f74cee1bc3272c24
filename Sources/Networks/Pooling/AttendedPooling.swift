/// A pooling, and on small maps what attention over its result adds to it:
///
///     P = any pooling of the map, BlurPool unless said
///     T = BN(conv 1×1: C → d (P)) + position
///     Y = P + γ(multi-head self-attention(T))      γ: conv 1×1, d → C
///
/// Attention stands in the path of the values, where nothing cancels, and reads the pooled map, which has few tokens.
/// It smooths, and helps at the end of stages rather than at their start (Park and Kim, *How Do Vision Transformers
/// Work?*, ICLR 2022): on maps larger than `largest` the pooling stands alone. γ is 0 in a new network, which so starts
/// from the pooling.
public struct AttendedPooling: PoolingMethod {
    /// What makes P.
    public var base: any PoolingMethod
    /// d.
    public var channels: Int
    public var heads: Int
    /// Whether pixels look at each other. Without, each is told of itself alone: the control that attention has to beat.
    public var attends: Bool
    /// Whether attention's weights start as those of trained transformers look (`MimeticStart`).
    public var startsMimetic: Bool
    public var position: SelfAttentivePooling.Position
    /// The longest side of a pooled map that is attended to.
    public var largest: Int

    /// An attended pooling by its parts.
    public init(
        base: any PoolingMethod = BlurPooling(), channels: Int = 32, heads: Int = 2, attends: Bool = true,
        startsMimetic: Bool = false, position: SelfAttentivePooling.Position = .learned, largest: Int = 14
    ) {
        self.base = base
        self.channels = channels
        self.heads = heads
        self.attends = attends
        self.startsMimetic = startsMimetic
        self.position = position
        self.largest = largest
    }

    public func build(_ x: Node.ID, window: Window, in builder: NetworkBuilder) throws -> Node.ID {
        try checkOptions(builder)
        let size = try builder.outputSize(of: window, over: x)
        guard max(size.height, size.width) <= largest else { return try base.build(x, window: window, in: builder) }
        let pooled = try builder.pool(x, with: base, window: window, name: "base")
        let embedded = try builder.convolution(pooled, to: channels, kernel: 1, name: "embed.0")
        var tokens = try position.added(to: builder.batchNorm(embedded, name: "embed.1"), in: builder)
        if attends {
            let attention = MultiHeadAttention(
                channels: channels, heads: heads, startsMimetic: startsMimetic)
            tokens = try builder.add(.multiHeadAttention(attention), [tokens], name: "attention")
        }
        let gain = Convolution(
            inputChannels: channels, outputChannels: builder.shape(of: pooled).channels, kernel: 1, bias: true,
            startsAtZero: true)
        return try builder.add(pooled, try builder.add(.convolution(gain), [tokens], name: "restore"), name: "")
    }

    /// Refuses what fits no map, on maps too that are larger than those it attends to.
    private func checkOptions(_ builder: NetworkBuilder) throws(NetworkError) {
        let place = builder.qualified("")
        guard (1...4096).contains(channels) else {
            throw NetworkError("\(place): its tokens have \(channels) channels: use 1 to 4096")
        }
        guard (1...65_536).contains(largest) else {
            throw NetworkError("\(place): it attends to maps of at most \(largest) a side: use 1 to 65536")
        }
        let token = [Shape(channels, 1)]
        do throws(NetworkError) {
            if attends { _ = try MultiHeadAttention(channels: channels, heads: heads).outputShape(token) }
            if let table = position.table {
                _ = try PositionEmbedding(channels: channels, table: table).outputShape(token)
            }
        } catch { throw error.at(place) }
    }
}
