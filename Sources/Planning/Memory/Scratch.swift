import Networks

/// Working memory of one operation, alive only in its step.
struct Scratch {
    /// What it holds; appended to the node's name.
    let name: String
    let bytes: Int
}

extension Networks.Operation {
    /// What this operation needs beside its inputs and its output, for int8 NHWC kernels without im2col.
    ///
    /// - Multi-head attention over N tokens of d channels: queries, keys and values (`qkv`, 3·N·d int8), one row of scores
    ///   (`scores`, N int32: nothing of size N×N exists), and one token's output (`row`: d / heads int32 accumulators of a head and
    ///   the d int8 that the out-projection reads).
    /// - Window pooling: accumulators of one output position (`sums`, C int32; twice that where it normalises).
    /// - Average pooling, global or not: C int32; local deviation: twice that (sum and sum of squares).
    /// - All others none: convolutions and linear layers accumulate in registers, maxima in their output.
    func scratch(input: Shape, output: Shape) -> [Scratch] {
        switch self {
        case .multiHeadAttention(let details):
            let (tokens, channels) = (input.size.area, details.channels)
            return [
                Scratch(name: "qkv", bytes: 3 * tokens * channels),
                Scratch(name: "scores", bytes: 4 * tokens),
                Scratch(name: "row", bytes: 4 * (channels / details.heads) + channels),
            ]
        case .windowPool(let details):
            return [Scratch(name: "sums", bytes: (details.isNormalised ? 8 : 4) * output.channels)]
        case .averagePool, .globalAveragePool: return [Scratch(name: "sums", bytes: 4 * output.channels)]
        case .localDeviation: return [Scratch(name: "sums", bytes: 8 * output.channels)]
        case .input, .convolution, .batchNorm, .activation, .scale, .add, .multiply, .dropout, .gaussianNoise, .maxPool,
            .upsampleBilinear, .depthToSpace, .positionEmbedding, .linear, .flatten:
            return []
        }
    }
}
