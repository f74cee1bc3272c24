import Networks

/// Sets of channels that are tied to each other (union and find, Tarjan 1975).
struct ChannelTies {
    /// Where each node's channels begin among all.
    private let starts: [Int]
    private var parents: [Int]
    private var isFixed: [Bool]

    /// The ties of a network: its image and its outputs keep all channels.
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
        for node in network.nodes { node.operation.channels.tie(node, in: network, &self) }
    }

    private mutating func root(_ channel: Int) -> Int {
        var channel = channel
        while parents[channel] != channel {
            parents[channel] = parents[parents[channel]]
            channel = parents[channel]
        }
        return channel
    }

    /// Ties channel `i` of one node's output to channel `j` of another's.
    mutating func tie(_ a: Node.ID, _ i: Int, _ b: Node.ID, _ j: Int) {
        let (first, second) = (root(starts[a.index] + i), root(starts[b.index] + j))
        guard first != second else { return }
        parents[max(first, second)] = min(first, second)
        isFixed[min(first, second)] = isFixed[first] || isFixed[second]
    }

    /// Ties each channel of a node's output to the same channel of each of its inputs.
    mutating func tieEach(_ node: Node) {
        for input in node.inputs {
            for channel in 0..<node.shape.channels { tie(node.id, channel, input, channel) }
        }
    }

    /// Keeps all channels of a node's output.
    mutating func fix(_ node: Node.ID, in network: Network) {
        for channel in 0..<network[node].shape.channels { isFixed[root(starts[node.index] + channel)] = true }
    }

    /// Keeps all channels of a node's output and of its inputs.
    mutating func fixAll(_ node: Node, in network: Network) {
        fix(node.id, in: network)
        for input in node.inputs { fix(input, in: network) }
    }

    /// The sets of which something may be removed.
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
