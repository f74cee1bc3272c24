import Interchange
import Networks

/// A network without some of its channels, and the weights that are left: Network → smaller Network.
///
/// With weights that are zero for the removed channels, the smaller network computes the same as the larger one.
public struct ChannelPruning: Sendable {
    /// The smaller network.
    public let network: Network
    /// Its weights.
    public let weights: Safetensors

    /// Removes channels.
    ///
    /// - Parameters:
    ///   - removed: units of `ChannelUnits(network)`; of no group all.
    ///   - weights: every parameter under its name; counters may be absent.
    /// - Throws: `NetworkError` or `InterchangeError` where what is left is no network, or a weight is missing.
    public init(_ network: Network, weights: Safetensors, removing removed: some Sequence<ChannelUnits.Unit>) throws {
        let kept = Self.kept(network, removing: removed)
        var slices = Safetensors(metadata: weights.metadata)
        for (node, kept) in zip(network.nodes, kept) {
            let facts = node.operation.channels
            for parameter in node.parameters {
                guard let tensor = weights[parameter.name] else {
                    guard parameter.role == .counter else {
                        throw InterchangeError("the weights have no tensor \(parameter.name)")
                    }
                    continue
                }
                let name = parameter.name.dropFirst(node.name.isEmpty ? 0 : node.name.count + 1)
                slices[parameter.name] = try facts.slice(tensor, String(name), kept)
            }
        }
        self.network = try Self.build(network, kept)
        self.weights = slices
    }

    /// The smaller network alone.
    public static func network(_ network: Network, removing removed: some Sequence<ChannelUnits.Unit>) throws -> Network
    {
        try build(network, kept(network, removing: removed))
    }

    /// What is left of each node.
    private static func kept(
        _ network: Network, removing removed: some Sequence<ChannelUnits.Unit>
    ) -> [KeptChannels] {
        var gone = [Set<Int>](repeating: [], count: network.nodes.count)
        for unit in removed { for channel in unit.channels { gone[channel.node.index].insert(channel.index) } }
        let kept = network.nodes.map { node in (0..<node.shape.channels).filter { !gone[node.id.index].contains($0) } }
        return network.nodes.map { node in
            KeptChannels(output: kept[node.id.index], input: node.inputs.first.map { kept[$0.index] } ?? [])
        }
    }

    private static func build(_ network: Network, _ kept: [KeptChannels]) throws -> Network {
        let builder = NetworkBuilder(network.name)
        var ids: [Node.ID] = []
        for (node, kept) in zip(network.nodes, kept) {
            let operation = node.operation.channels.pruned(kept) ?? node.operation
            ids.append(try builder.add(operation, node.inputs.map { ids[$0.index] }, name: node.name))
        }
        return try builder.network(outputs: network.outputs.map { ids[$0.index] }, detector: network.detector)
    }
}

extension TensorData {
    /// Those of the slices across a dimension that `indices` name, in their order.
    func selecting(_ indices: [Int], along dimension: Int) throws -> TensorData {
        guard dimension < self.shape.count, indices.allSatisfy({ (0..<self.shape[dimension]).contains($0) }) else {
            throw InterchangeError("a tensor of shape \(self.shape) has no such slices across dimension \(dimension)")
        }
        if indices.count == shape[dimension] { return self }
        let inner = shape[(dimension + 1)...].reduce(type.byteCount, *)
        let outer = shape[..<dimension].reduce(1, *)
        var result: [UInt8] = []
        result.reserveCapacity(outer * indices.count * inner)
        for block in 0..<outer {
            for index in indices {
                let start = (block * shape[dimension] + index) * inner
                result += bytes[start..<start + inner]
            }
        }
        var shape = shape
        shape[dimension] = indices.count
        return try TensorData(type: type, shape: shape, bytes: result)
    }
}
