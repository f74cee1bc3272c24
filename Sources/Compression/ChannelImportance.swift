import Interchange
import Networks

/// How much a network would miss each unit of channels.
public enum ChannelImportance: String, Sendable, CaseIterable {
    /// Norm of the filters that make the channels, relative to those of their layer (Li et al., *Pruning Filters for Efficient ConvNets*, ICLR 2017).
    case magnitude
    /// Scale of the batch normalisation behind the layer (Liu et al., *Network Slimming*, ICCV 2017), relative to those of the layer.
    case scale

    /// The importance of every unit of a group, 1 on average.
    public func scores(_ group: ChannelUnits.Group, _ network: Network, _ weights: Safetensors) -> [Double] {
        var sums = [Double](repeating: 0, count: group.units.count)
        for node in group.nodes.map({ network[$0] }) {
            guard let channels = channelScores(node, weights) else { continue }
            let mean = channels.reduce(0, +) / Double(max(1, channels.count))
            guard mean > 0 else { continue }
            for (index, unit) in group.units.enumerated() {
                for channel in unit.channels where channel.node == node.id {
                    sums[index] += channels[channel.index] / mean
                }
            }
        }
        let mean = sums.reduce(0, +) / Double(max(1, sums.count))
        return mean > 0 ? sums.map { $0 / mean } : [Double](repeating: 1, count: sums.count)
    }

    /// A number for each of a node's channels; nil where it makes none.
    private func channelScores(_ node: Node, _ weights: Safetensors) -> [Double]? {
        func values(_ name: String) -> [Float]? { weights["\(node.name).\(name)"]?.floats() }
        switch (self, node.operation) {
        case (.magnitude, .convolution), (.magnitude, .linear):
            guard let kernel = values("weight"), kernel.count >= node.shape.channels else { return nil }
            let size = kernel.count / node.shape.channels
            return (0..<node.shape.channels).map { channel in
                kernel[channel * size..<(channel + 1) * size].reduce(0) { $0 + Double($1 * $1) }.squareRoot()
            }
        case (.scale, .batchNorm): return values("weight")?.map { Double(abs($0)) }
        default: return nil
        }
    }
}
