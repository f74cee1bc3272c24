import Interchange
import Networks

// Attention and places.

extension MultiHeadAttention: ChannelFacts {
    func tie(_ node: Node, in network: Network, _ ties: inout ChannelTies) {
        let width = channels / heads
        for channel in 0..<node.shape.channels {
            ties.tie(node.id, channel, node.inputs[0], channel)
            // Each head gets narrower by the same channels.
            ties.tie(node.id, channel, node.id, channel % width)
        }
    }

    func pruned(_ kept: KeptChannels) -> Operation? {
        var details = self
        details.channels = kept.output.count
        return .multiHeadAttention(details)
    }

    func slice(_ tensor: TensorData, _ parameter: String, _ kept: KeptChannels) throws -> TensorData {
        switch parameter {
        case "out_proj.weight": return try tensor.selecting(kept.output, along: 0).selecting(kept.output, along: 1)
        case "out_proj.bias": return try tensor.selecting(kept.output, along: 0)
        default:
            let rows = (0..<3).flatMap { part in kept.output.map { part * channels + $0 } }
            let packed = try tensor.selecting(rows, along: 0)
            let narrow = parameter == "in_proj_weight" ? try packed.selecting(kept.output, along: 1) : packed
            // Scores are divided by the root of a head's width, which has become smaller: the queries make up for it.
            let factor = (Float(kept.output.count) / Float(channels)).squareRoot()
            var values = narrow.floats()
            for index in 0..<values.count / 3 { values[index] *= factor }
            return try TensorData(values, shape: narrow.shape)
        }
    }

    var importance: ChannelWeight { .none }
}

extension PositionEmbedding: ChannelFacts {
    func tie(_ node: Node, in network: Network, _ ties: inout ChannelTies) {
        let count = node.shape.channels
        for channel in 0..<count {
            ties.tie(node.id, channel, node.inputs[0], channel)
            // Columns and rows keep equally many channels.
            if channel < count / 2 { ties.tie(node.id, channel, node.id, channel + count / 2) }
        }
    }

    func pruned(_ kept: KeptChannels) -> Operation? {
        var details = self
        details.channels = kept.output.count
        return .positionEmbedding(details)
    }

    func slice(_ tensor: TensorData, _ parameter: String, _ kept: KeptChannels) throws -> TensorData {
        let half = channels / 2
        let columns = kept.output.filter { $0 < half }
        let rows = kept.output.filter { $0 >= half }.map { $0 - half }
        return try tensor.selecting(parameter.hasPrefix("col") ? columns : rows, along: 1)
    }

    var importance: ChannelWeight { .none }
}

extension AttentionHead: UnchangedByPruning {
    func tie(_ node: Node, in network: Network, _ ties: inout ChannelTies) {
        ties.fixAll(node, in: network)
    }
}
