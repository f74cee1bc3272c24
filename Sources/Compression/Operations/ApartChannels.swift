import Interchange
import Networks

// Operations that leave channels apart and have no parameters for them, or that only change sizes.

extension Activation: ChannelwiseFacts {}
extension Add: ChannelwiseFacts {}
extension Subtract: ChannelwiseFacts {}
extension Multiply: ChannelwiseFacts {}
extension Dropout: ChannelwiseFacts {}
extension GaussianNoise: ChannelwiseFacts {}
extension MaxPool: ChannelwiseFacts {}
extension AveragePool: ChannelwiseFacts {}
extension GlobalAveragePool: ChannelwiseFacts {}
extension GlobalMaxPool: ChannelwiseFacts {}
extension LocalDeviation: ChannelwiseFacts {}
extension WindowPool: ChannelwiseFacts {}
extension UpsampleBilinear: ChannelwiseFacts {}
extension UpsampleNearest: ChannelwiseFacts {}

extension DepthToSpace: UnchangedByPruning {
    func tie(_ node: Node, in network: Network, _ ties: inout ChannelTies) {
        // Each channel and its cells.
        let cell = factor * factor
        for channel in 0..<node.shape.channels * cell { ties.tie(node.id, channel / cell, node.inputs[0], channel) }
    }
}

extension SpaceToDepth: UnchangedByPruning {
    func tie(_ node: Node, in network: Network, _ ties: inout ChannelTies) {
        // Each channel and its cells.
        let cell = factor * factor
        for channel in 0..<node.shape.channels { ties.tie(node.id, channel, node.inputs[0], channel / cell) }
    }
}

extension Flatten: UnchangedByPruning {
    func tie(_ node: Node, in network: Network, _ ties: inout ChannelTies) {
        let area = network[node.inputs[0]].shape.size.area
        for channel in 0..<node.shape.channels { ties.tie(node.id, channel, node.inputs[0], channel / max(1, area)) }
    }
}

extension Pad: ChannelwiseFacts {}

extension Concatenation: UnchangedByPruning {
    func tie(_ node: Node, in network: Network, _ ties: inout ChannelTies) {
        // Each channel of an operand and its place in the result.
        var start = 0
        for input in node.inputs {
            let count = network[input].shape.channels
            for channel in 0..<count { ties.tie(node.id, start + channel, input, channel) }
            start += count
        }
    }
}

extension Slice: ChannelFacts {
    func tie(_ node: Node, in network: Network, _ ties: inout ChannelTies) {
        for channel in 0..<count { ties.tie(node.id, channel, node.inputs[0], start + channel) }
    }

    /// It begins behind those of the channels in front of it that are left.
    func pruned(_ kept: KeptChannels) -> Operation? {
        .slice(Slice(start: kept.input.count { $0 < start }, count: kept.output.count))
    }

    func slice(_ tensor: TensorData, _ parameter: String, _ kept: KeptChannels) throws -> TensorData { tensor }
    var importance: ChannelWeight { .none }
}
