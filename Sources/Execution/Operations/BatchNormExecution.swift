import Networks
import Torch

extension BatchNorm: OperationExecution {
    var traits: ExecutionTraits { ExecutionTraits(part: .normalisation(self), scalesChannels: true) }

    func output(_ inputs: [Tensor], _ run: NodeRun) throws -> Tensor {
        try run.model.batchNorm(self, run.node, inputs[0], training: run.training)
    }
}

extension Model {
    /// Batch normalisation, with the statistics of an upsampled map where the node stands in front of an upsampling.
    ///
    /// - Parameter activation: ReLU or ReLU6, computed with it.
    func batchNorm(
        _ details: BatchNorm, _ node: Node, _ x: Tensor, training: Bool, activation: Activation.Function? = nil
    ) throws -> Tensor {
        let layer = NormalisedLayer(
            weight: try parameter("weight", of: node), bias: try parameter("bias", of: node),
            mean: try parameter("running_mean", of: node), variance: try parameter("running_var", of: node),
            momentum: batchNormMomentum ?? details.momentum, epsilon: details.epsilon, activation: activation)
        guard training, !frozenNormalisations.contains(node.name) else {
            return try layer.normalise(x, training: false)
        }
        try Torch.withoutGradients { try parameter("num_batches_tracked", of: node).increment() }

        let group = statisticsGroup
        let batch = group == nil ? x.shape[0] : share?.total ?? x.shape[0]
        let positions = node.shape.count / details.channels
        let size = details.statisticsSize ?? node.shape.size
        let copied = batch * (node.shape.isMap ? size.area : 1)
        guard copied > 1 else {
            throw ExecutionError(
                "\(node.name): batch normalisation of one value a channel has no variance: train with at least 2 images a batch"
            )
        }
        let shift = try omittedBias(in: node.inputs[0])
        let isUpsampled = size != node.shape.size
        let countsCopies = isUpsampled || group != nil
        let rows = countsCopies ? NearestUpsampling(from: node.shape.height, to: size.height).copies : [1]
        let columns = countsCopies ? NearestUpsampling(from: node.shape.width, to: size.width).copies : [1]
        let values = batch * positions
        if group == nil, !isUpsampled || values > 1 && Set(rows).count == 1 && Set(columns).count == 1 {
            // All positions are copied equally often: mean and variance are those of the small map, and only the running variance,
            // which counts n/(n−1), has to be told how many values there are.
            let factor = Double(values - 1) / Double(values) * Double(copied) / Double(copied - 1)
            if try !isPlain && x.device.isCPU && x.scalarType() == .float32 && x.isChannelsLast {
                return try layer.normaliseInOne(
                    x, varianceFactor: Double(copied) / Double(copied - 1), meanShift: shift)
            }
            if !isUpsampled, shift == nil { return try layer.normalise(x, training: true) }
            return try layer.normalise(x, varianceFactor: factor, meanShift: shift)
        }
        let shares = rows.flatMap { row in columns.map { Double(row * $0) / Double(copied) } }
        let share = try Tensor(shares, shape: [1, 1, rows.count, columns.count]).to(x.scalarType(), device: x.device)
        return try layer.normalise(
            x, share: share, varianceFactor: Double(copied) / Double(copied - 1), meanShift: shift, group: group)
    }

    /// The bias of a convolution in front of a batch normalisation. In training it cancels out of the result, so the convolution leaves it
    /// out and only the running mean has to hear of it.
    private func omittedBias(in maker: Node.ID) throws -> Tensor? {
        omitsBiasInTraining(maker) ? try parameter("bias", of: network[maker]) : nil
    }
}

/// The tensors of a batch normalisation, and its variants in training.
private struct NormalisedLayer {
    let weight: Tensor
    let bias: Tensor
    let mean: Tensor
    let variance: Tensor
    let momentum: Double
    let epsilon: Double
    let activation: Activation.Function?

    /// This project's own, in training: statistics, normalisation and activation in two passes over the map.
    func normaliseInOne(_ x: Tensor, varianceFactor factor: Double, meanShift: Tensor?) throws -> Tensor {
        let result = try x.normalisedByBatch(
            weight: weight, bias: bias, epsilon: epsilon, lowest: activation == nil ? -.infinity : 0,
            highest: activation == .relu6 ? 6 : .infinity)
        try Torch.withoutGradients {
            try mean.interpolate(towards: result.mean, weight: momentum)
            if let meanShift { try mean.add(meanShift, scale: momentum) }
            try variance.interpolate(towards: result.variance * factor, weight: momentum)
        }
        return result.output
    }

    /// libtorch's own.
    func normalise(_ x: Tensor, training: Bool) throws -> Tensor {
        try activated(
            x.batchNorm(
                weight: weight, bias: bias, mean: mean, variance: variance, training: training, momentum: momentum,
                epsilon: epsilon))
    }

    /// A new map, activated in its own memory: the gradient of what made it does not need it.
    private func activated(_ map: Tensor) throws -> Tensor {
        switch activation {
        case .relu: try map.reluInPlace()
        case .relu6: try map.relu6InPlace()
        case nil, .sigmoid, .hardSwish, .hardSigmoid, .exponential, .softplus, .tanh, .hardTanh, .identity: map
        }
    }

    /// libtorch's own in training, where the running statistics are those of `x + meanShift`, their variance times a factor.
    func normalise(_ x: Tensor, varianceFactor factor: Double, meanShift: Tensor?) throws -> Tensor {
        // The backward pass holds on to the running statistics that it is given, so it is given copies.
        let (newMean, newVariance) = (try mean.cloned(), try variance.cloned())
        let result = try x.batchNorm(
            weight: weight, bias: bias, mean: newMean, variance: newVariance, training: true, momentum: momentum,
            epsilon: epsilon)
        try Torch.withoutGradients {
            try mean.copy(from: newMean)
            if let meanShift { try mean.add(meanShift, scale: momentum) }
            try variance.scale(by: (1 - momentum) * (1 - factor))
            try variance.add(newVariance, scale: factor)
        }
        return try activated(result)
    }

    /// With statistics that weigh each position by its `share` (`[1, 1, h, w]`; over all images, those of the group's other
    /// processes included: sum 1).
    func normalise(
        _ x: Tensor, share: Tensor, varianceFactor: Double, meanShift: Tensor?, group: ProcessGroup?
    ) throws -> Tensor {
        // Vectors `[B, C]` are maps of one pixel.
        let map = x.shape.count == 2 ? try x.reshaped(x.shape + [1, 1]) : x
        func total(_ terms: Tensor) throws -> Tensor {
            let sum = try (terms * share).sum([0, 2, 3], keepDimensions: true)
            return try group?.summed(sum) ?? sum
        }
        let average = try total(map)
        let centred = try map - average
        let spread = try total(centred * centred)
        try Torch.withoutGradients {
            try mean.interpolate(towards: average.reshaped([-1]), weight: momentum)
            if let meanShift { try mean.add(meanShift, scale: momentum) }
            try variance.interpolate(towards: spread.reshaped([-1]) * varianceFactor, weight: momentum)
        }
        let shape = [1, weight.count, 1, 1]
        let gain = try (spread + epsilon).power(-0.5) * weight.reshaped(shape)
        return try activated((centred * gain + bias.reshaped(shape)).reshaped(x.shape))
    }
}
