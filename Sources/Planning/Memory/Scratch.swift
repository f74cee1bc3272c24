import Networks

/// Working memory of one operation.
package struct Scratch: Sendable, Hashable {
    /// What it holds; appended to the node's name.
    package let name: String
    package let bytes: Int
    /// Whether it lives from the operation's first row to its last, and not only while one row is computed.
    package let isKept: Bool
}

extension Networks.Operation {
    /// What this operation needs beside its inputs and its output, for int8 NHWC kernels without im2col.
    ///
    /// - Multi-head attention over N tokens of d channels: keys and values (`kv`, 2·N·d int8, kept), one row of scores
    ///   (`scores`, N int32: nothing of size N×N exists), and one token's work (`row`: d / heads int32 accumulators of a head and d
    ///   int8 that hold its query and, head by head, what becomes of it). Queries are computed token by token from the
    ///   input, over which the output is then written.
    /// - Window pooling: accumulators of one output position (`sums`, C int32; twice that where it normalises).
    /// - Average pooling: C int32, global or not (kept where global); local deviation: twice that (sum and sum of squares).
    /// - All others none: convolutions and linear layers accumulate in registers, maxima in their output.
    func scratch(input: Shape, output: Shape) -> [Scratch] {
        switch self {
        case .multiHeadAttention(let details):
            let (tokens, channels) = (input.size.area, details.channels)
            return [
                Scratch(name: "kv", bytes: 2 * tokens * channels, isKept: true),
                Scratch(name: "scores", bytes: 4 * tokens, isKept: false),
                Scratch(name: "row", bytes: 4 * (channels / details.heads) + channels, isKept: false),
            ]
        case .windowPool(let details):
            return [Scratch(name: "sums", bytes: (details.isNormalised ? 8 : 4) * output.channels, isKept: false)]
        case .averagePool: return [Scratch(name: "sums", bytes: 4 * output.channels, isKept: false)]
        case .globalAveragePool: return [Scratch(name: "sums", bytes: 4 * output.channels, isKept: true)]
        case .localDeviation: return [Scratch(name: "sums", bytes: 8 * output.channels, isKept: false)]
        case .input, .convolution, .batchNorm, .activation, .scale, .add, .multiply, .dropout, .gaussianNoise, .maxPool,
            .upsampleBilinear, .depthToSpace, .positionEmbedding, .linear, .flatten:
            return []
        }
    }
}
