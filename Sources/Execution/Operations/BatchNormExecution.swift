import Networks
import Torch

extension Model {
    /// Batch normalisation, with the statistics of an upsampled map where the node stands in front of an upsampling.
    func batchNorm(_ details: BatchNorm, _ node: Node, _ x: Tensor, training: Bool) throws -> Tensor {
        let weight = try parameter("weight", of: node)
        let bias = try parameter("bias", of: node)
        let mean = try parameter("running_mean", of: node)
        let variance = try parameter("running_var", of: node)
        let momentum = batchNormMomentum ?? details.momentum
        func normalise(updating variance: Tensor) throws -> Tensor {
            try x.batchNorm(
                weight: weight, bias: bias, mean: mean, variance: variance, training: training, momentum: momentum,
                epsilon: details.epsilon)
        }
        guard training else { return try normalise(updating: variance) }
        try Torch.withoutGradients { try parameter("num_batches_tracked", of: node).increment() }

        let values = x.count / max(1, details.channels)
        guard let size = details.statisticsSize, size != node.shape.size else {
            try requireSeveralValues(values, node)
            return try normalise(updating: variance)
        }
        let rows = NearestUpsampling(from: node.shape.height, to: size.height).copies
        let columns = NearestUpsampling(from: node.shape.width, to: size.width).copies
        let batch = x.shape[0]
        let copied = batch * size.area
        try requireSeveralValues(copied, node)
        if values > 1, Set(rows).count == 1, Set(columns).count == 1 {
            // All positions are copied equally often: mean and variance are those of the small map, and only the running variance,
            // which counts n/(n−1), has to be told how many values there are.
            // The backward pass holds on to what `normalise` updates, so that is a copy.
            let updated = try variance.cloned()
            let result = try normalise(updating: updated)
            let factor = Double(values - 1) / Double(values) * Double(copied) / Double(copied - 1)
            try Torch.withoutGradients {
                try variance.scale(by: (1 - momentum) * (1 - factor))
                try variance.add(updated, scale: factor)
            }
            return result
        }
        let counts = rows.flatMap { row in columns.map { Double(row * $0) / Double(copied) } }
        let share = try Tensor(counts, shape: [1, 1, rows.count, columns.count]).to(x.scalarType(), device: x.device)
        let average = try (x * share).sum([0, 2, 3], keepDimensions: true)
        let centred = try x - average
        let spread = try (centred * centred * share).sum([0, 2, 3], keepDimensions: true)
        try Torch.withoutGradients {
            try mean.interpolate(towards: average.reshaped([-1]), weight: momentum)
            let unbiased = try spread.reshaped([-1]) * (Double(copied) / Double(copied - 1))
            try variance.interpolate(towards: unbiased, weight: momentum)
        }
        let shape = [1, details.channels, 1, 1]
        let gain = try (spread + details.epsilon).power(-0.5) * weight.reshaped(shape)
        return try centred * gain + bias.reshaped(shape)
    }

    private func requireSeveralValues(_ count: Int, _ node: Node) throws {
        guard count > 1 else {
            throw ExecutionError(
                "\(node.name): batch normalisation of one value a channel has no variance: train with at least 2 images a batch")
        }
    }
}
