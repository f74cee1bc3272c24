import Networks

/// Which channels of a network can only be removed together, derived from what its operations do with channels.
///
/// Channels of different values are one **unit** where removing one leaves the others without sense: a residual sum ties its operands, a
/// depthwise convolution its input and output, squeeze-and-excite the gate and the map, a weighted pooling the map and its weights, a
/// depth-to-space each channel and its cells, and attention the same channel of every head (each head gets narrower; their number
/// stays). Units that the same layers make are a **group**.
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
        var ties = Ties(network)
        for node in network.nodes { ties.tie(node, in: network) }
        groups = ties.groups(network)
    }
}

/// Sets of channels that are tied to each other (union and find, Tarjan 1975).
private struct Ties {
    /// Where each node's channels begin among all.
    private let starts: [Int]
    private var parents: [Int]
    private var isFixed: [Bool]

    init(_ network: Network) {
        var (starts, count) = ([Int](), 0)
        for node in network.nodes {
            starts.append(count)
            count += node.shape.channels
        }
        self.starts = starts
        parents = Array(0..<count)
        isFixed = [Bool](repeating: false, count: count)
        fix(network.input.id, in: network)
        for output in network.outputs { fix(output, in: network) }
    }

    private mutating func root(_ channel: Int) -> Int {
        var channel = channel
        while parents[channel] != channel {
            parents[channel] = parents[parents[channel]]
            channel = parents[channel]
        }
        return channel
    }

    private mutating func tie(_ a: Node.ID, _ i: Int, _ b: Node.ID, _ j: Int) {
        let (first, second) = (root(starts[a.index] + i), root(starts[b.index] + j))
        guard first != second else { return }
        parents[max(first, second)] = min(first, second)
        isFixed[min(first, second)] = isFixed[first] || isFixed[second]
    }

    private mutating func fix(_ node: Node.ID, in network: Network) {
        for channel in 0..<network[node].shape.channels { isFixed[root(starts[node.index] + channel)] = true }
    }

    /// Ties what an operation ties.
    mutating func tie(_ node: Node, in network: Network) {
        let channels = node.shape.channels
        switch node.operation {
        case .input: break
        case .convolution(let details):
            if details.isDepthwise {
                for channel in 0..<channels { tie(node.id, channel, node.inputs[0], channel) }
            } else if details.groups > 1 {
                // Groups would have to lose equally many on both sides; they stay whole.
                fix(node.id, in: network)
                fix(node.inputs[0], in: network)
            }
        case .linear: break
        case .batchNorm, .instanceNorm, .activation, .scale, .dropout, .gaussianNoise, .maxPool, .averagePool,
            .globalAveragePool,
            .localDeviation,
            .upsampleBilinear, .add, .multiply, .windowPool:
            for input in node.inputs { for channel in 0..<channels { tie(node.id, channel, input, channel) } }
        case .positionEmbedding:
            for channel in 0..<channels {
                tie(node.id, channel, node.inputs[0], channel)
                // Columns and rows keep equally many channels.
                if channel < channels / 2 { tie(node.id, channel, node.id, channel + channels / 2) }
            }
        case .multiHeadAttention(let details):
            let width = details.channels / details.heads
            for channel in 0..<channels {
                tie(node.id, channel, node.inputs[0], channel)
                tie(node.id, channel, node.id, channel % width)
            }
        case .depthToSpace(let details):
            let cell = details.factor * details.factor
            for channel in 0..<channels * cell { tie(node.id, channel / cell, node.inputs[0], channel) }
        case .flatten:
            let area = network[node.inputs[0]].shape.size.area
            for channel in 0..<channels { tie(node.id, channel, node.inputs[0], channel / max(1, area)) }
        default: fixAll(node, in: network)
        }
    }

    /// An operation that is not known to leave channels apart keeps all of them.
    private mutating func fixAll(_ node: Node, in network: Network) {
        fix(node.id, in: network)
        for input in node.inputs { fix(input, in: network) }
    }

    mutating func groups(_ network: Network) -> [ChannelUnits.Group] {
        var members: [Int: [ChannelUnits.Channel]] = [:]
        for node in network.nodes {
            for index in 0..<node.shape.channels {
                members[root(starts[node.id.index] + index), default: []].append(
                    ChannelUnits.Channel(node: node.id, index: index))
            }
        }
        var groups: [[Node.ID]: [ChannelUnits.Unit]] = [:]
        for (root, channels) in members.sorted(by: { $0.key < $1.key }) where !isFixed[root] {
            var nodes: [Node.ID] = []
            for channel in channels where nodes.last != channel.node { nodes.append(channel.node) }
            groups[nodes, default: []].append(ChannelUnits.Unit(channels: channels))
        }
        return groups.map { ChannelUnits.Group(nodes: $0.key, units: $0.value) }
            .filter { $0.units.count > 1 }
            .sorted { $0.nodes.lexicographicallyPrecedes($1.nodes) }
    }
}
