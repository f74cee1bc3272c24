import Networks

extension EvaluationGraph {
    /// Why there can be no firmware of the network: its first node without an int8 kernel, in words; nil where there can be.
    package var withoutKernel: String? {
        for node in computed {
            if let missing = missingKernel(of: node) { return "\(node.name) has no int8 kernel (\(missing))" }
        }
        return nil
    }

    /// What of a computed node has no int8 kernel, in words; nil where firmware can compute it.
    package func missingKernel(of node: Node) -> String? {
        switch node.operation {
        case .batchNorm: folds(node) ? nil : "a batch normalisation that folds into no layer in front of it"
        case .instanceNorm: "instance normalisation"
        case .powerPool: "power-mean pooling (Lp, GeM)"
        case .comparisonPool: "pooling by comparison (AdaPool, DPP)"
        case .rnnPool: "RNNPool"
        case .attentionHead: "an attention head"
        case .gaussianNoise: "noise that evaluation keeps"
        case .scale(let details):
            details.shape.map { $0.size == 1 } ?? true ? nil : "factors of one a position"
        case .fixedFilter(let details):
            details.border == .zero || details.before == 0 && details.after == 0
                ? nil : "a filter with mirrored borders"
        case .input(let details): details.shape.isMap ? nil : "an input that is no image"
        case .convolution, .activation, .add, .multiply, .dropout, .maxPool, .averagePool, .globalAveragePool,
            .localDeviation, .windowPool, .upsampleBilinear, .depthToSpace, .multiHeadAttention, .positionEmbedding,
            .linear, .flatten:
            nil
        }
    }

    /// What a node without an int8 kernel might take: two int32 numbers a channel for normalisations, int8 weights and an int32 bias
    /// for all others.
    func guessedFlashBytes(of node: Node) -> Int {
        switch node.operation {
        case .batchNorm(let details): return 8 * details.channels
        case .instanceNorm(let details): return 8 * details.channels
        case .scale(let details): return 4 * (details.shape?.count ?? 1)
        case .powerPool: return 4
        case .comparisonPool(let details): return details.weighting == .dice ? 0 : 8 * details.channels
        case .fixedFilter(let details): return details.rows.count * (details.kernel.area + 4)
        case .rnnPool(let details):
            let (lines, windows) = (details.lineStates, details.windowStates)
            return lines * (details.channels + lines + 8) + windows * (lines + windows + 8) + 16
        case .attentionHead(let details):
            let tables = details.channels * (details.size.area + 1)
            return tables + 3 * details.channels * (details.channels + 4) + details.outputs * (details.channels + 4)
        default: return 0
        }
    }
}
