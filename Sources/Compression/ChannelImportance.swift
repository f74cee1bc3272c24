import Interchange
import Networks

/// How much a network would miss each unit of channels.
public enum ChannelImportance: String, Sendable, CaseIterable {
    /// Norm of the filters that make the channels (Li et al., *Pruning Filters for Efficient ConvNets*, ICLR 2017).
    case magnitude
    /// Scale of the batch normalisation behind the layer (Liu et al., *Network Slimming*, ICCV 2017).
    case scale
    /// What the loss would change without the channel, to first order (Molchanov et al., *Importance Estimation for Neural Network
    /// Pruning*, CVPR 2019): measured on images beforehand.
    case taylor

    /// With what a channel is compared.
    public enum Scope: String, Sendable, CaseIterable {
        /// With the other channels of its layer: scores are 1 on average in each.
        case layer
        /// With all channels of the network, by the numbers as they are.
        case network
    }

    /// The importance of every unit of a group.
    ///
    /// - Parameters:
    ///   - sensitivity: of each node's channels, by the node's name; what `taylor` goes by.
    ///   - scope: with what units are compared. Units that nothing is known of count 1 in their layer, and are the last to go in a network.
    public func scores(
        _ group: ChannelUnits.Group, _ network: Network, _ weights: Safetensors,
        sensitivity: [String: [Double]] = [:], scope: Scope = .layer
    ) -> [Double] {
        var sums = [Double](repeating: 0, count: group.units.count)
        var makers = 0
        for node in group.nodes.map({ network[$0] }) {
            guard let channels = channelScores(node, weights, sensitivity) else { continue }
            let mean = channels.reduce(0, +) / Double(max(1, channels.count))
            guard mean > 0 else { continue }
            makers += 1
            let unit = scope == .layer ? mean : 1
            for (index, member) in group.units.enumerated() {
                for channel in member.channels where channel.node == node.id && channel.index < channels.count {
                    sums[index] += channels[channel.index] / unit
                }
            }
        }
        switch scope {
        case .layer:
            let mean = sums.reduce(0, +) / Double(max(1, sums.count))
            return mean > 0 ? sums.map { $0 / mean } : [Double](repeating: 1, count: sums.count)
        case .network:
            guard makers > 0 else { return [Double](repeating: .infinity, count: sums.count) }
            // What the loss changes adds up over the layers of a unit; norms and scales do not.
            return self == .taylor ? sums : sums.map { $0 / Double(makers) }
        }
    }

    /// A number for each of a node's channels; nil where it makes none.
    private func channelScores(_ node: Node, _ weights: Safetensors, _ sensitivity: [String: [Double]]) -> [Double]? {
        func values(_ name: String) -> [Float]? { weights["\(node.name).\(name)"]?.floats() }
        switch (self, node.operation.channels.importance) {
        case (.magnitude, .filters):
            guard let kernel = values("weight"), kernel.count >= node.shape.channels else { return nil }
            let size = kernel.count / node.shape.channels
            return (0..<node.shape.channels).map { channel in
                kernel[channel * size..<(channel + 1) * size].reduce(0) { $0 + Double($1 * $1) }.squareRoot()
            }
        case (.scale, .scales): return values("weight")?.map { Double(abs($0)) }
        case (.taylor, .none), (.taylor, .filters), (.taylor, .scales): return sensitivity[node.name]
        case (.magnitude, .none), (.magnitude, .scales), (.scale, .none), (.scale, .filters): return nil
        }
    }
}
