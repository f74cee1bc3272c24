import Networks

/// What one attention over a map really takes on a device.
///
/// N tokens of d channels: keys and values are 2·N·d bytes that live until the last token is done, a row of scores is 4·N, and the
/// work grows with N². Where its result weighs a map, as in self-attentive pooling, that map waits for it.
public struct AttentionCost: Sendable, Hashable, Codable {
    /// The attention's node.
    public let name: String
    /// N.
    public let tokens: Int
    /// d.
    public let channels: Int
    public let heads: Int
    /// Of keys and values.
    public let keysAndValuesBytes: Int
    /// Of one row of scores, of one head.
    public let scoresBytes: Int
    /// Of the map that waits until the attention has made its weights; 0 where none does.
    public let retainedMapBytes: Int
    /// Of the weights that come of it, at the resolution at which they are stored.
    public let weightsBytes: Int
    /// Of the attention alone.
    public let macs: Int

    /// Everything that has to be there while the last token is attended: tokens, keys, values, scores, the waiting map.
    public var bytes: Int { tokens * channels + keysAndValuesBytes + scoresBytes + retainedMapBytes }

    private enum CodingKeys: String, CodingKey {
        case name, tokens, channels, heads, macs
        case keysAndValuesBytes = "keys_and_values_bytes"
        case scoresBytes = "scores_bytes"
        case retainedMapBytes = "retained_map_bytes"
        case weightsBytes = "weights_bytes"
    }

    /// Those of a network, in order.
    static func all(in network: Network) -> [AttentionCost] {
        let nodes = network.liveNodes
        var readers = [[Node]](repeating: [], count: network.nodes.count)
        for node in nodes { for input in Set(node.inputs) { readers[input.index].append(node) } }
        return nodes.compactMap { node in
            guard case .multiHeadAttention(let details) = node.operation else { return nil }
            let pool = pooling(behind: node, readers)
            let (tokens, channels) = (node.shape.size.area, details.channels)
            return AttentionCost(
                name: node.name, tokens: tokens, channels: channels, heads: details.heads,
                keysAndValuesBytes: 2 * tokens * channels, scoresBytes: 4 * tokens,
                retainedMapBytes: pool.map { network[$0.inputs[0]].shape.count } ?? 0,
                weightsBytes: pool.map { network[$0.inputs[1]].shape.count } ?? 0,
                macs: network.multiplyAccumulates(of: node))
        }
    }

    /// The window pooling that a value alone becomes the weights of.
    private static func pooling(behind node: Node, _ readers: [[Node]]) -> Node? {
        var node = node
        while let next = readers[node.id.index].first, readers[node.id.index].count == 1 {
            if case .windowPool = next.operation { return next.inputs.last == node.id ? next : nil }
            node = next
        }
        return nil
    }
}
