/// Attention pooling of a whole map, `[C, H, W]` → `[O]`, as CLIP's image encoder ends (Radford et al., *Learning Transferable Visual
/// Models from Natural Language Supervision*, ICML 2021).
///
/// Tokens are the mean of the map and then its positions, each with a learned place added. The mean alone asks: one query, keys and values
/// of all tokens, softmax(q Kᵀ / √(C / heads)) V in each head, and a projection to O. Parameters are named as CLIP's.
public struct AttentionHead: OperationKind {
    public static let name = Operation.Name.attentionHead

    public var channels: Int
    public var heads: Int
    /// O.
    public var outputs: Int
    /// H × W: each position has a place of its own.
    public var size: Size

    /// An attention pooling by its sizes.
    public init(channels: Int, heads: Int, outputs: Int, size: Size) {
        self.channels = channels
        self.heads = heads
        self.outputs = outputs
        self.size = size
    }

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape {
        let input = try singleMap(inputs, channels: channels)
        try require(input.size == size, "it was made for a \(size) map, given \(input)")
        try require(heads > 0, "it has \(heads) heads: use at least 1")
        try require(
            channels % heads == 0, "\(heads) heads do not divide \(channels) channels: use a number of heads that does")
        try require(outputs > 0, "it has \(outputs) outputs: use at least 1")
        return [outputs]
    }

    public var parameters: [ParameterSpecification] {
        let deviation = 1 / Double(max(1, channels)).squareRoot()
        var all = [
            ParameterSpecification(
                "positional_embedding", [size.area + 1, channels], role: .undecayed,
                initializer: .normal(deviation: deviation))
        ]
        for (name, rows) in [("q_proj", channels), ("k_proj", channels), ("v_proj", channels), ("c_proj", outputs)] {
            all.append(
                ParameterSpecification(
                    "\(name).weight", [rows, channels], role: .weight, initializer: .normal(deviation: deviation)))
            all.append(ParameterSpecification("\(name).bias", [rows], role: .undecayed, initializer: .constant(0)))
        }
        return all
    }

    public func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int {
        let tokens = size.area + 1
        return channels * (channels + 2 * tokens * channels + 2 * tokens + outputs)
    }

    public var slidingWindow: Window? { nil }
    public func warning(_ inputs: [Shape]) -> String? { nil }
}
