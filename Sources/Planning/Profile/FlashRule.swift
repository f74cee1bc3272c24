import Networks

/// What a network's parameters take in flash.
///
/// Weights are int8. Every convolution, every linear layer and each of attention's two projections has an int32 bias for each
/// output channel, whether it was trained with one or not, because batch normalisation folds into it. A normalisation that
/// folds nowhere (an instance normalisation never does) costs two int32 numbers a channel, and a scale one for each factor. Of
/// position tables, only the rows that the grid uses are kept (sines are stored like learned positions). Fixed filters are stored once,
/// whatever the channels; a recurrent cell has two int32 biases a state. Code, quantisation parameters and look-up tables of activations are not counted.
extension EvaluationGraph {
    /// Bytes of one computed node's parameters in flash.
    package func flashBytes(of node: Node) -> Int {
        switch node.operation {
        case .convolution(let details):
            return details.outputChannels * (details.inputChannels / details.groups * details.kernel.area + 4)
        case .linear(let details): return details.outputFeatures * (details.inputFeatures + 4)
        case .multiHeadAttention(let details): return 4 * details.channels * (details.channels + 4)
        case .positionEmbedding(let details): return (node.shape.height + node.shape.width) * details.channels / 2
        case .batchNorm(let details): return folds(node) ? 0 : 8 * details.channels
        case .scale(let details): return 4 * (details.shape?.count ?? 1)
        case .instanceNorm(let details): return 8 * details.channels
        case .powerPool: return 4
        case .comparisonPool(let details): return details.weighting == .dice ? 0 : 8 * details.channels
        case .fixedFilter(let details): return details.rows.count * (details.kernel.area + 4)
        case .rnnPool(let details):
            let (lines, windows) = (details.lineStates, details.windowStates)
            return lines * (details.channels + lines + 8) + windows * (lines + windows + 8) + 16
        case .attentionHead(let details):
            let tables = details.channels * (details.size.area + 1)
            return tables + 3 * details.channels * (details.channels + 4) + details.outputs * (details.channels + 4)
        case .input, .activation, .add, .multiply, .dropout, .gaussianNoise, .maxPool, .averagePool, .globalAveragePool,
            .localDeviation, .windowPool, .upsampleBilinear, .depthToSpace, .flatten:
            return 0
        }
    }
}
