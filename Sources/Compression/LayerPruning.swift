import Interchange
import Networks

/// A classifier without its last layers, and a new linear layer over the mean of the map that is left.
///
/// What the first layers of a trained network see, most images have in common; the last ones hold most of its weights. So where a
/// budget has no room for the whole network, its first layers as they are keep more of what was learned than all layers with a few channels
/// each (Chen and Zhao, *Shallowing Deep Networks*, TPAMI 2018; Elkerdawy et al., *To Filter Prune, or to Layer Prune, That Is the Question*,
/// ACCV 2020).
///
///     let shallow = try LayerPruning(network, weights: weights, behind: "blocks.4.0.bn3")
public struct LayerPruning: Sendable {
    /// The shallower network.
    public let network: Network
    /// The weights of the layers that are left; the new linear layer has none.
    public let weights: Safetensors

    /// Removes what lies behind a layer.
    ///
    /// - Parameters:
    ///   - weights: every parameter under its name.
    ///   - name: one of `ends(of:)`.
    /// - Throws: `NetworkError` where the network cannot end there.
    public init(_ network: Network, weights: Safetensors, behind name: String) throws {
        let shallow = try Self.network(network, behind: name)
        var left = Safetensors(metadata: weights.metadata)
        // The new classifier may be called as the old one was.
        for parameter in Self.layers(network, through: name).flatMap(\.parameters) {
            left[parameter.name] = weights[parameter.name]
        }
        (self.network, self.weights) = (shallow, left)
    }

    /// The layers behind which a classifier can end, by their names, the first one first: those whose map is all that is needed to go on.
    /// Normalisations and activations belong to the layer before them. None of a network that is no classifier.
    public static func ends(of network: Network) -> [String] {
        guard network.detector == nil, network.outputs.count == 1, !network.outputShape.isMap else { return [] }
        let live = network.liveNodes
        var lastUse: [Int: Int] = [:]
        for node in live { for input in node.inputs { lastUse[input.index] = node.id.index } }
        var ends: [String] = []
        // The furthest that a value of the layers so far is needed.
        var reach = 0
        for (node, next) in zip(live, live.dropFirst()) {
            defer { reach = max(reach, lastUse[node.id.index] ?? 0) }
            guard node.shape.isMap, node.shape.size.area > 1, !node.inputs.isEmpty,
                reach <= node.id.index
            else { continue }
            let isBare =
                next.inputs == [node.id] && next.shape == node.shape
                && network.multiplyAccumulates(of: next) <= next.shape.count
            if !isBare { ends.append(node.name) }
        }
        return ends
    }

    /// The shallower network alone.
    ///
    /// - Throws: `NetworkError` where the network cannot end there.
    public static func network(_ network: Network, behind name: String) throws -> Network {
        let ends = ends(of: network)
        guard ends.contains(name) else {
            let known = ends.isEmpty ? "it has no such layer" : "these are \(ends.joined(separator: ", "))"
            throw NetworkError("\(network.name) cannot end behind \(name): \(known)")
        }
        let kept = Self.layers(network, through: name)
        let builder = NetworkBuilder("\(network.name) up to \(name)")
        let copies = try builder.add(kept)
        guard let last = kept.last, let id = copies[last.id] else {
            throw NetworkError("\(network.name) has no layer \(name)")
        }
        let isTaken = kept.contains { ["avgpool", "classifier"].contains($0.name) }
        let prefix = isTaken ? "end." : ""
        let features = try builder.globalAverage(id, name: "\(prefix)avgpool")
        return try builder.network(
            output: try builder.linear(features, to: network.classCount, name: "\(prefix)classifier"))
    }

    private static func layers(_ network: Network, through name: String) -> [Node] {
        let live = network.liveNodes
        return Array(live[...(live.firstIndex { $0.name == name } ?? live.endIndex - 1)])
    }
}
