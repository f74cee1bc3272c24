/// How weights of an attention start that are to look like those of trained transformers (Trockman and Kolter, *Mimetic Initialization of
/// Self-Attention Layers*, ICML 2023, section 4): a token first of all sees itself, and its values come back with their sign turned.
///
///     query_hᵀ · key_h ≈ 0.7 Z + 0.7 I    in each head, as near as its rank d / heads allows
///     output · value   = 0.4 Z − 0.4 I
///
/// Z is drawn anew for each product, normal with variance 1 / d. A product is split by its singular values, half of each on either side.
public struct MimeticStart: Sendable, Hashable {
    /// Which of the attention's tensors.
    public enum Part: Sendable, Hashable {
        /// Query, key and value, `[3 d, d]`.
        case projections
        /// `[d, d]`
        case output
    }

    /// α and β of a product α Z + β I.
    public struct Product: Sendable {
        public let noise, identity: Double
    }

    public static let attention = Product(noise: 0.7, identity: 0.7)
    public static let values = Product(noise: 0.4, identity: -0.4)

    public let part: Part
    /// d.
    public let channels: Int
    public let heads: Int

    /// The start of a part.
    public init(_ part: Part, channels: Int, heads: Int) {
        self.part = part
        self.channels = channels
        self.heads = heads
    }
}
