import Interchange
import Networks

// Operations that keep all channels: the image, whose channels are given, and those whose channels nobody has taken apart yet.

extension Input: ChannelFacts {
    func tie(_ node: Node, in network: Network, _ ties: inout ChannelTies) {}
    func pruned(_ kept: KeptChannels) -> Operation? { nil }
    func slice(_ tensor: TensorData, _ parameter: String, _ kept: KeptChannels) throws -> TensorData { tensor }
    var importance: ChannelWeight { .none }
}

extension PowerPool: ChannelFacts {
    func tie(_ node: Node, in network: Network, _ ties: inout ChannelTies) {
        ties.fixAll(node, in: network)
    }
    func pruned(_ kept: KeptChannels) -> Operation? { nil }
    func slice(_ tensor: TensorData, _ parameter: String, _ kept: KeptChannels) throws -> TensorData { tensor }
    var importance: ChannelWeight { .none }
}

extension ComparisonPool: ChannelFacts {
    func tie(_ node: Node, in network: Network, _ ties: inout ChannelTies) {
        ties.fixAll(node, in: network)
    }
    func pruned(_ kept: KeptChannels) -> Operation? { nil }
    func slice(_ tensor: TensorData, _ parameter: String, _ kept: KeptChannels) throws -> TensorData { tensor }
    var importance: ChannelWeight { .none }
}

extension FixedFilter: ChannelFacts {
    func tie(_ node: Node, in network: Network, _ ties: inout ChannelTies) {
        ties.fixAll(node, in: network)
    }
    func pruned(_ kept: KeptChannels) -> Operation? { nil }
    func slice(_ tensor: TensorData, _ parameter: String, _ kept: KeptChannels) throws -> TensorData { tensor }
    var importance: ChannelWeight { .none }
}

extension RNNPool: ChannelFacts {
    func tie(_ node: Node, in network: Network, _ ties: inout ChannelTies) {
        ties.fixAll(node, in: network)
    }
    func pruned(_ kept: KeptChannels) -> Operation? { nil }
    func slice(_ tensor: TensorData, _ parameter: String, _ kept: KeptChannels) throws -> TensorData { tensor }
    var importance: ChannelWeight { .none }
}

extension Softmax: ChannelFacts {
    func tie(_ node: Node, in network: Network, _ ties: inout ChannelTies) {
        // Without one of its channels the others would sum to one.
        ties.fixAll(node, in: network)
    }
    func pruned(_ kept: KeptChannels) -> Operation? { nil }
    func slice(_ tensor: TensorData, _ parameter: String, _ kept: KeptChannels) throws -> TensorData { tensor }
    var importance: ChannelWeight { .none }
}
