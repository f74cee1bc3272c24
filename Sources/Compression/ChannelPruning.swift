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
        let slicers = Self.slicers(network, removing: removed)
        var slices = Safetensors(metadata: weights.metadata)
        for (node, slicer) in zip(network.nodes, slicers) {
            for parameter in node.parameters {
                guard let tensor = weights[parameter.name] else {
                    guard parameter.role == .counter else {
                        throw InterchangeError("the weights have no tensor \(parameter.name)")
                    }
                    continue
                }
                let name = parameter.name.dropFirst(node.name.isEmpty ? 0 : node.name.count + 1)
                slices[parameter.name] = try slicer.slice(tensor, String(name))
            }
        }
        self.network = try Self.build(network, slicers)
        self.weights = slices
    }

    /// The smaller network alone.
    public static func network(_ network: Network, removing removed: some Sequence<ChannelUnits.Unit>) throws -> Network
    {
        try build(network, slicers(network, removing: removed))
    }

    private static func slicers(_ network: Network, removing removed: some Sequence<ChannelUnits.Unit>) -> [NodeSlicer]
    {
        var gone = [Set<Int>](repeating: [], count: network.nodes.count)
        for unit in removed { for channel in unit.channels { gone[channel.node.index].insert(channel.index) } }
        let kept = network.nodes.map { node in (0..<node.shape.channels).filter { !gone[node.id.index].contains($0) } }
        return network.nodes.map { node in
            NodeSlicer(node: node, output: kept[node.id.index], input: node.inputs.first.map { kept[$0.index] } ?? [])
        }
    }

    private static func build(_ network: Network, _ slicers: [NodeSlicer]) throws -> Network {
        let builder = NetworkBuilder(network.name)
        var ids: [Node.ID] = []
        for (node, slicer) in zip(network.nodes, slicers) {
            ids.append(try builder.add(slicer.operation, node.inputs.map { ids[$0.index] }, name: node.name))
        }
        return try builder.network(outputs: network.outputs.map { ids[$0.index] }, detector: network.detector)
    }
}

/// What is left of one node.
private struct NodeSlicer {
    let node: Node
    /// Channels that its output keeps.
    let output: [Int]
    /// Channels that its first input keeps.
    let input: [Int]

    /// The operation with fewer channels.
    var operation: Operation {
        switch node.operation {
        case .convolution(var details):
            if details.isDepthwise { details.groups = output.count }
            (details.inputChannels, details.outputChannels) = (input.count, output.count)
            return .convolution(details)
        case .linear(var details):
            (details.inputFeatures, details.outputFeatures) = (input.count, output.count)
            return .linear(details)
        case .batchNorm(var details):
            details.channels = output.count
            return .batchNorm(details)
        case .instanceNorm(var details):
            details.channels = output.count
            return .instanceNorm(details)
        case .scale(var details):
            if let shape = details.shape, shape.channels > 1 { details.shape = Shape(output.count, shape.size) }
            return .scale(details)
        case .positionEmbedding(var details):
            details.channels = output.count
            return .positionEmbedding(details)
        case .multiHeadAttention(var details):
            details.channels = output.count
            return .multiHeadAttention(details)
        default: return node.operation
        }
    }

    /// What is left of a parameter.
    func slice(_ tensor: TensorData, _ parameter: String) throws -> TensorData {
        switch node.operation {
        case .convolution(let details):
            guard parameter == "weight", !details.isDepthwise, details.groups == 1 else {
                return try tensor.selecting(output, along: 0)
            }
            return try tensor.selecting(output, along: 0).selecting(input, along: 1)
        case .linear:
            return parameter == "weight"
                ? try tensor.selecting(output, along: 0).selecting(input, along: 1)
                : try tensor.selecting(output, along: 0)
        case .batchNorm: return tensor.shape.count == 1 ? try tensor.selecting(output, along: 0) : tensor
        case .instanceNorm: return try tensor.selecting(output, along: 0)
        case .scale(let details):
            return (details.shape?.channels ?? 1) > 1 ? try tensor.selecting(output, along: 0) : tensor
        case .positionEmbedding(let details):
            let half = details.channels / 2
            let columns = output.filter { $0 < half }
            let rows = output.filter { $0 >= half }.map { $0 - half }
            return try tensor.selecting(parameter.hasPrefix("col") ? columns : rows, along: 1)
        case .multiHeadAttention(let details): return try attention(details, tensor, parameter)
        default: return tensor
        }
    }

    private func attention(_ details: MultiHeadAttention, _ tensor: TensorData, _ parameter: String) throws
        -> TensorData
    {
        switch parameter {
        case "out_proj.weight": return try tensor.selecting(output, along: 0).selecting(output, along: 1)
        case "out_proj.bias": return try tensor.selecting(output, along: 0)
        default:
            let rows = (0..<3).flatMap { part in output.map { part * details.channels + $0 } }
            let packed = try tensor.selecting(rows, along: 0)
            let narrow = parameter == "in_proj_weight" ? try packed.selecting(output, along: 1) : packed
            // Scores are divided by the root of a head's width, which has become smaller: the queries make up for it.
            let factor = (Float(output.count) / Float(details.channels)).squareRoot()
            var values = narrow.floats()
            for index in 0..<values.count / 3 { values[index] *= factor }
            return try TensorData(values, shape: narrow.shape)
        }
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
