import Foundation

/// Multi-head self-attention (Vaswani et al., 2017) over the positions of a map: `[d, h, w]` → `[d, h, w]`.
///
/// Each position is a token of d channels: packed in-projection with bias, softmax(Q Kᵀ / √(d / heads)) V in each head, and
/// out-projection with bias. Parameters are named and laid out as those of PyTorch's `MultiheadAttention`.
public struct MultiHeadAttention: OperationKind {
    public static let name = Operation.Name.multiHeadAttention

    /// d.
    public var channels: Int
    public var heads: Int
    /// Whether its weights start as those of trained transformers look (`MimeticStart`).
    @OptionalFlag public var startsMimetic: Bool

    /// An attention by its hyper-parameters.
    public init(channels: Int, heads: Int, startsMimetic: Bool = false) {
        self.channels = channels
        self.heads = heads
        self.startsMimetic = startsMimetic
    }

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape {
        let input = try singleMap(inputs, channels: channels)
        try require(heads > 0, "it has \(heads) heads: use at least 1")
        try require(
            channels % heads == 0, "\(heads) heads do not divide \(channels) channels: use a number of heads that does")
        return input
    }

    public var parameters: [ParameterSpecification] {
        [
            ParameterSpecification(
                "in_proj_weight", [3 * channels, channels], role: .weight,
                initializer: startsMimetic
                    ? .mimetic(MimeticStart(.projections, channels: channels, heads: heads))
                    : .xavierUniform(fanIn: channels, fanOut: 3 * channels)),
            ParameterSpecification("in_proj_bias", [3 * channels], role: .undecayed, initializer: .constant(0)),
            ParameterSpecification(
                "out_proj.weight", [channels, channels], role: .weight,
                initializer: startsMimetic
                    ? .mimetic(MimeticStart(.output, channels: channels, heads: heads)) : .uniform(fanIn: channels)),
            ParameterSpecification("out_proj.bias", [channels], role: .undecayed, initializer: .constant(0)),
        ]
    }

    public func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int {
        let tokens = output.size.area
        return saturatingProduct(tokens * channels, 4 * channels + 2 * tokens)
    }

    public var slidingWindow: Window? { nil }
    public func warning(_ inputs: [Shape]) -> String? { nil }
}

/// Adds each position's place to a map `[d, h, w]`: concat(column[x], row[y]), d/2 channels each.
public struct PositionEmbedding: OperationKind {
    public static let name = Operation.Name.positionEmbedding

    /// Where the tables come from.
    public enum Table: String, Sendable, Hashable, Codable, CaseIterable {
        /// Two learned tables of 256 × d/2.
        case learned
        /// Sines and cosines of falling frequency (Vaswani et al., 2017), without parameters.
        case sine
    }

    /// d.
    public var channels: Int
    public var table: Table

    /// Sides of grids that the learned tables cover.
    public static let maximumSide = 256

    /// A position embedding by its hyper-parameters.
    public init(channels: Int, table: Table) {
        self.channels = channels
        self.table = table
    }

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape {
        let input = try singleMap(inputs, channels: channels)
        try require(
            channels % 2 == 0,
            "its embedding has \(channels) channels, and half of them tell the row: use an even number of channels, or "
                + "no positions")
        if table == .learned {
            try require(
                max(input.height, input.width) <= Self.maximumSide,
                "its grid of \(input.size) patches is larger than the 256×256 that learned positions cover: use a larger "
                    + "patch, a smaller image or sine positions")
        }
        return input
    }

    /// The table of sines for one axis, `[positions, channels]`: sin and cos of position / 10000^(2⌊i/2⌋ / channels) in turn (Vaswani et al.,
    /// 2017, section 3.5).
    public static func sines(positions: Int, channels: Int) -> [Double] {
        (0..<positions).flatMap { position in
            (0..<channels).map { channel in
                let angle = Double(position) / pow(10_000, Double(channel / 2 * 2) / Double(channels))
                return channel % 2 == 0 ? sin(angle) : cos(angle)
            }
        }
    }

    public var parameters: [ParameterSpecification] {
        guard table == .learned else { return [] }
        return ["row_embed.weight", "col_embed.weight"].map {
            ParameterSpecification($0, [Self.maximumSide, channels / 2], role: .undecayed, initializer: .uniform(0, 1))
        }
    }

    public var slidingWindow: Window? { nil }
    public func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int { 0 }
    public func warning(_ inputs: [Shape]) -> String? { nil }
}
