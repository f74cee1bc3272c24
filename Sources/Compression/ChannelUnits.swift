import Networks

/// Which channels of a network can only be removed together, derived from what its operations do with channels.
///
/// Channels of different values are one **unit** where removing one leaves the others without sense: a residual sum
/// ties its operands, a depthwise convolution its input and output, squeeze-and-excite the gate and the map, a weighted
/// pooling the map and its weights, a depth-to-space or space-to-depth each channel and its cells, and attention the
/// same channel of every head (each head gets narrower; their number stays). Units that the same layers make are a
/// **group**.
public struct ChannelUnits: Sendable {
    /// Channels that go together.
    public struct Unit: Sendable, Hashable {
        /// Every channel: of which node's output, and which.
        public let channels: [Channel]
    }

    /// A channel of a node's output.
    public struct Channel: Sendable, Hashable {
        public let node: Node.ID
        public let index: Int
    }

    /// Units of the same layers.
    public struct Group: Sendable {
        /// The nodes whose outputs have these channels, in order.
        public let nodes: [Node.ID]
        /// What may go, each unit alone; at least one has to stay.
        public let units: [Unit]
    }

    /// Every group of which something may be removed.
    public let groups: [Group]

    /// The units of a network.
    public init(_ network: Network) {
        var ties = ChannelTies(network)
        groups = ties.groups(network)
    }
}
