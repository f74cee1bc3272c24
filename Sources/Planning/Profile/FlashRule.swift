import Networks

/// What a network's parameters take in flash.
///
/// Weights are int8. Every convolution, every linear layer and each of attention's two projections has an int32 bias for each
/// output channel, whether it was trained with one or not, because batch normalisation folds into it. A normalisation that
/// folds nowhere costs two int32 numbers a channel, and a scale one. Of position tables, only the rows that the grid uses are kept
/// (sines are stored like learned positions). Code, quantisation parameters and look-up tables of activations are not counted.
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
        case .scale: return 4
        case .input, .activation, .add, .multiply, .dropout, .gaussianNoise, .maxPool, .averagePool, .globalAveragePool,
            .localDeviation, .windowPool, .upsampleBilinear, .depthToSpace, .flatten:
            return 0
        }
    }

    /// Whether a batch normalisation goes into the weights of a convolution or linear layer in front of it: nobody else may read what
    /// lies between, and between them may be other normalisations and a depth-to-space, which only moves channels.
    package func folds(_ batchNorm: Node) -> Bool {
        var reader = batchNorm
        while let operand = operands(of: reader).first, isReadOnly(by: reader.id, operand) {
            reader = network[operand]
            switch reader.operation {
            case .convolution, .linear: return true
            case .batchNorm, .depthToSpace: continue
            default: return false
            }
        }
        return false
    }
}
