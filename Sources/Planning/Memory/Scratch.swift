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
    /// - Power mean: C int32. Comparison pooling: sums of weighted values and of weights, and where the weights depend on the mean of the
    ///   squared differences that mean (C int32 each).
    /// - Instance normalisation: sum and sum of squares of each channel, kept, which become its scale and shift (2·C int32).
    /// - RNNPool: int8 states of the lines of one window, and two states at work (`states`).
    /// - Attention head over N tokens and their mean: the mean token and the query, one token's key and value (4·C int8, `tokens`), one
    ///   row of scores for each head (`scores`, int32) and accumulators (`sums`, C int32).
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
        case .powerPool: return [Scratch(name: "sums", bytes: 4 * output.channels, isKept: false)]
        case .comparisonPool(let details):
            return [
                Scratch(name: "sums", bytes: (details.weighting == .dice ? 8 : 12) * output.channels, isKept: false)
            ]
        case .instanceNorm: return [Scratch(name: "statistics", bytes: 8 * output.channels, isKept: true)]
        case .rnnPool(let details):
            let lines = max(details.window.kernel.height, details.window.kernel.width) * details.lineStates
            return [
                Scratch(
                    name: "states", bytes: lines + 2 * max(details.lineStates, details.windowStates), isKept: false)
            ]
        case .attentionHead(let details):
            return [
                Scratch(name: "tokens", bytes: 4 * details.channels, isKept: false),
                Scratch(name: "scores", bytes: 4 * details.heads * (details.size.area + 1), isKept: false),
                Scratch(name: "sums", bytes: 4 * details.channels, isKept: false),
            ]
        case .fixedFilter, .input, .convolution, .batchNorm, .activation, .scale, .add, .multiply, .dropout,
            .gaussianNoise, .maxPool,
            .upsampleBilinear, .depthToSpace, .positionEmbedding, .linear, .flatten:
            return []
        }
    }
}
