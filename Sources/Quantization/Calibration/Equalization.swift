import Networks
import Planning

/// Cross-layer equalisation (Nagel et al., *Data-Free Quantization Through Weight Equalization and Bias Correction*, ICCV 2019,
/// section 4.1): where a layer's output goes through nothing or a ReLU into one other layer, channel c may be k times as large there and
/// the next layer's weights for it k times as small. The network computes the same, but its channels use int8's range alike.
///
/// Weights have a scale for each output channel here, so that the first layer and a depthwise second one lose nothing; a dense second
/// one shares the burden, by the square root.
public struct Equalization {
    /// Two layers and what each channel between them is multiplied by.
    public struct Pair: Sendable {
        public let first: String
        public let second: String
        public let factors: [Double]
    }

    /// What is applied, in order.
    public let pairs: [Pair]
    /// The network with its new weights.
    public let network: FloatNetwork

    /// No channel is enlarged by more: what hardly ever speaks up is noise.
    private static let most = 16.0

    /// Equalises a network by what calibration showed of it.
    public init(_ float: FloatNetwork, _ statistics: [String: ValueStatistics]) throws {
        let steps = try DeviceStep.all(of: float.network)
        var readers: [String: [DeviceStep]] = [:]
        for step in steps { for operand in step.operands { readers[operand.name, default: []].append(step) } }
        let outputs = Set(float.network.outputs.map { float.network[$0].name })
        var (network, pairs): (FloatNetwork, [Pair]) = (float, [])
        // What an earlier pair did to the weights in front counts for the later ones' own balance only by its factors, which cancel.
        for step in steps {
            guard step.parts.count == 1, case .operation(let node, let limit) = step.parts[0], Self.isLayer(node),
                Self.isHomogeneous(limit), let value = step.parts.last?.last, !outputs.contains(value.name),
                let next = readers[value.name], next.count == 1, next[0].operands.count == 1,
                case .operation(let second, _) = next[0].parts[0], case .convolution(let details) = second.operation,
                let seen = statistics[value.name],
                let factors = try Self.factors(seen, network, second, details)
            else { continue }
            try Self.apply(factors, from: node, to: second, details, &network)
            pairs.append(Pair(first: node.name, second: second.name, factors: factors))
        }
        self.pairs = pairs
        self.network = network
    }

    private static func isLayer(_ node: Node) -> Bool {
        guard case .convolution(let details) = node.operation else { return false }
        return details.bias
    }

    private static func isHomogeneous(_ limit: Node?) -> Bool {
        guard let limit else { return true }
        guard case .activation(let details) = limit.operation else { return false }
        return details.function == .relu
    }

    /// For each channel its factor; nil where all are nearly 1.
    private static func factors(
        _ seen: ValueStatistics, _ float: FloatNetwork, _ second: Node, _ details: Convolution
    ) throws(QuantizationError) -> [Double]? {
        guard details.groups == 1 || details.isDepthwise, seen.channels.count == details.inputChannels else {
            return nil
        }
        let reaches = seen.channels.map(\.reach)
        guard let widest = reaches.max(), widest > 0 else { return nil }
        var factors = reaches.map { $0 > 0 ? widest / $0 : 1 }
        if !details.isDepthwise {
            let weights = try float.parameter("\(second.name).weight")
            let taps = details.window.kernel.area
            let columns = (0..<details.inputChannels).map { channel in
                (0..<details.outputChannels).reduce(0.0) { most, output in
                    let start = (output * details.inputChannels + channel) * taps
                    return weights[start..<start + taps].reduce(most) { max($0, Double(abs($1))) }
                }
            }
            let largest = columns.max() ?? 0
            factors = zip(factors, columns).map { factor, column in
                largest > 0 && column > 0 ? max(1, (factor * column / largest).squareRoot()) : 1
            }
        }
        factors = factors.map { min(most, $0) }
        return factors.contains { $0 > 1.05 } ? factors : nil
    }

    private static func apply(
        _ factors: [Double], from first: Node, to second: Node, _ details: Convolution, _ float: inout FloatNetwork
    ) throws(QuantizationError) {
        var (weights, bias) = (try float.parameter("\(first.name).weight"), try float.parameter("\(first.name).bias"))
        let size = weights.count / max(1, bias.count)
        for (channel, factor) in factors.enumerated() {
            bias[channel] *= Float(factor)
            for index in channel * size..<(channel + 1) * size { weights[index] *= Float(factor) }
        }
        float.parameters["\(first.name).weight"] = weights
        float.parameters["\(first.name).bias"] = bias
        var next = try float.parameter("\(second.name).weight")
        let taps = details.window.kernel.area
        for index in next.indices {
            let channel = details.isDepthwise ? index / taps : index / taps % details.inputChannels
            next[index] /= Float(factors[channel])
        }
        float.parameters["\(second.name).weight"] = next
    }
}
