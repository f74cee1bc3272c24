import Interchange
import Networks

// Layers: those that make channels of their own, and those that have parameters for each.

extension Convolution: ChannelFacts {
    func tie(_ node: Node, in network: Network, _ ties: inout ChannelTies) {
        if isDepthwise {
            ties.tieEach(node)
        } else if groups > 1 {
            // Groups would have to lose equally many on both sides; they stay whole.
            ties.fixAll(node, in: network)
        }
    }

    func pruned(_ kept: KeptChannels) -> Operation? {
        var details = self
        if isDepthwise { details.groups = kept.output.count }
        (details.inputChannels, details.outputChannels) = (kept.input.count, kept.output.count)
        return .convolution(details)
    }

    func slice(_ tensor: TensorData, _ parameter: String, _ kept: KeptChannels) throws -> TensorData {
        let filters = try tensor.selecting(kept.output, along: 0)
        return parameter == "weight" && groups == 1 ? try filters.selecting(kept.input, along: 1) : filters
    }

    var importance: ChannelWeight { .filters }
}

extension Linear: ChannelFacts {
    func tie(_ node: Node, in network: Network, _ ties: inout ChannelTies) {}

    func pruned(_ kept: KeptChannels) -> Operation? {
        var details = self
        (details.inputFeatures, details.outputFeatures) = (kept.input.count, kept.output.count)
        return .linear(details)
    }

    func slice(_ tensor: TensorData, _ parameter: String, _ kept: KeptChannels) throws -> TensorData {
        let rows = try tensor.selecting(kept.output, along: 0)
        return parameter == "weight" ? try rows.selecting(kept.input, along: 1) : rows
    }

    var importance: ChannelWeight { .filters }
}

extension BatchNorm: ChannelFacts {
    func tie(_ node: Node, in network: Network, _ ties: inout ChannelTies) { ties.tieEach(node) }

    func pruned(_ kept: KeptChannels) -> Operation? {
        var details = self
        details.channels = kept.output.count
        return .batchNorm(details)
    }

    func slice(_ tensor: TensorData, _ parameter: String, _ kept: KeptChannels) throws -> TensorData {
        // The counter of steps is one number.
        tensor.shape.count == 1 ? try tensor.selecting(kept.output, along: 0) : tensor
    }

    var importance: ChannelWeight { .scales }
}

extension InstanceNorm: ChannelFacts {
    func tie(_ node: Node, in network: Network, _ ties: inout ChannelTies) { ties.tieEach(node) }

    func pruned(_ kept: KeptChannels) -> Operation? {
        var details = self
        details.channels = kept.output.count
        return .instanceNorm(details)
    }

    func slice(_ tensor: TensorData, _ parameter: String, _ kept: KeptChannels) throws -> TensorData {
        try tensor.selecting(kept.output, along: 0)
    }

    var importance: ChannelWeight { .none }
}

extension Scale: ChannelFacts {
    func tie(_ node: Node, in network: Network, _ ties: inout ChannelTies) { ties.tieEach(node) }

    func pruned(_ kept: KeptChannels) -> Operation? {
        var details = self
        if let shape, shape.channels > 1 { details.shape = Shape(kept.output.count, shape.size) }
        return .scale(details)
    }

    func slice(_ tensor: TensorData, _ parameter: String, _ kept: KeptChannels) throws -> TensorData {
        (shape?.channels ?? 1) > 1 ? try tensor.selecting(kept.output, along: 0) : tensor
    }

    var importance: ChannelWeight { .none }
}

extension ParametricReLU: ChannelFacts {
    func tie(_ node: Node, in network: Network, _ ties: inout ChannelTies) { ties.tieEach(node) }

    func pruned(_ kept: KeptChannels) -> Operation? {
        guard channels != nil else { return nil }
        return .parametricReLU(ParametricReLU(slope: slope, channels: kept.output.count))
    }

    func slice(_ tensor: TensorData, _ parameter: String, _ kept: KeptChannels) throws -> TensorData {
        try tensor.selecting(kept.output, along: 0)
    }

    var importance: ChannelWeight { .none }
}
