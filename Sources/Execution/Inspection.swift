import Networks
import Torch

// What the parts of a network do to an image, for whoever looks into it.

extension Model {
    /// softmax(q Kᵀ / √(d / heads)): what each token takes from each, `[B, heads, N, N]`.
    ///
    /// - Parameters:
    ///   - node: a multi-head self-attention.
    ///   - tokens: what it reads, `[B, d, h, w]` with N = h · w.
    package func attentionProbabilities(
        of node: Node, _ details: MultiHeadAttention, _ tokens: Tensor
    ) throws -> Tensor {
        let (images, count) = (tokens.shape[0], tokens.shape[2] * tokens.shape[3])
        let headChannels = details.channels / details.heads
        let packed = try tokens.permuted([0, 2, 3, 1]).reshaped([images, count, details.channels]).linear(
            weight: parameters.tensor("\(node.name).in_proj_weight"),
            bias: parameters.tensor("\(node.name).in_proj_bias"))
        // [3, B, heads, tokens, channels of a head]
        let split = try packed.reshaped([images, count, 3, details.heads, headChannels])
            .permuted([2, 0, 3, 1, 4]).unbound(0)
        let scores = try split[0].matrixMultiplied(split[1].transposed(2, 3)) * (1 / Double(headChannels).squareRoot())
        return try scores.softmax(3)
    }
}

/// The nodes of a network that there is something to look at in.
package struct InspectedNodes {
    /// Poolings by weights.
    package private(set) var pools: [(node: Node, details: any WeightedPooling)] = []
    /// Attentions.
    package private(set) var attentions: [(node: Node, details: MultiHeadAttention)] = []

    /// Those that the outputs depend on.
    package init(of network: Network) {
        for node in network.liveNodes {
            switch node.inspection {
            case .none: break
            case .weights(let details): pools.append((node, details))
            case .attention(let details): attentions.append((node, details))
            }
        }
    }

    /// The values to look at: of each pooling its weights, then of each attention what it reads.
    package var shown: [Node.ID] { pools.map { $0.node.inputs[1] } + attentions.map { $0.node.inputs[0] } }
}
