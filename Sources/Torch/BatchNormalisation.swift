extension Tensor {
    /// Batch normalisation in training with a clamp behind it, in one operation: on the CPU, in float32, in channels-last memory
    /// (`Sources/CTorch/BatchNorm`).
    ///
    /// - Parameters:
    ///   - lowest: what results are raised to, 0 for a ReLU; −∞ for none.
    ///   - highest: what results are lowered to, 6 for a ReLU6; ∞ for none.
    /// - Returns: the map, and the mean and biased variance `[C]` of the batch, for running statistics.
    public func normalisedByBatch(
        weight: Tensor, bias: Tensor, epsilon: Double, lowest: Double = -.infinity, highest: Double = .infinity
    ) throws -> (output: Tensor, mean: Tensor, variance: Tensor) {
        let results = try ATen.sapoolBatchNorm(all: [
            .tensor(self), .tensor(weight), .tensor(bias), .double(epsilon), .double(lowest), .double(highest),
        ])
        guard results.count == 3, let output = results[0], let mean = results[1], let variance = results[2] else {
            throw TorchError(operation: ATen.sapoolBatchNorm.name, message: "returned no tensors")
        }
        return (output, mean, variance)
    }

    /// Whether a map `[B, C, H, W]` lies in memory as `[B, H, W, C]`, without gaps.
    public var isChannelsLast: Bool {
        let (shape, strides) = (shape, strides)
        guard shape.count == 4 else { return false }
        var expected = 1
        for dimension in [1, 3, 2, 0] {
            guard shape[dimension] == 1 || strides[dimension] == expected else { return false }
            expected *= shape[dimension]
        }
        return true
    }
}
