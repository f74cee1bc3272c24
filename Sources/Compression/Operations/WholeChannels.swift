import Networks

// Operations that keep all channels: the image, whose channels are given, and those whose channels nobody has taken apart yet.

extension Input: UnchangedByPruning {
    func tie(_ node: Node, in network: Network, _ ties: inout ChannelTies) {}
}

extension PowerPool: UnchangedByPruning {
    func tie(_ node: Node, in network: Network, _ ties: inout ChannelTies) {
        ties.fixAll(node, in: network)
    }
}

extension ComparisonPool: UnchangedByPruning {
    func tie(_ node: Node, in network: Network, _ ties: inout ChannelTies) {
        ties.fixAll(node, in: network)
    }
}

extension FixedFilter: UnchangedByPruning {
    func tie(_ node: Node, in network: Network, _ ties: inout ChannelTies) {
        ties.fixAll(node, in: network)
    }
}

extension RNNPool: UnchangedByPruning {
    func tie(_ node: Node, in network: Network, _ ties: inout ChannelTies) {
        ties.fixAll(node, in: network)
    }
}

extension Softmax: UnchangedByPruning {
    func tie(_ node: Node, in network: Network, _ ties: inout ChannelTies) {
        // Without one of its channels the others would sum to one.
        ties.fixAll(node, in: network)
    }
}
