import Networks
import Torch

extension WindowPool: OperationExecution {
    var traits: ExecutionTraits {
        ExecutionTraits(part: isSampled ? .alone : .pooling(self), inspection: .weights(self))
    }

    func output(_ inputs: [Tensor], _ run: NodeRun) throws -> Tensor {
        isSampled
            ? try sampled(inputs[0], weights: inputs[1], run)
            : try pooled(inputs[0], logits: inputs[1], WindowWeighting(), in: run.model)
    }

    /// Stochastic pooling: an element of each window, drawn by its weight, in training; in evaluation their weighted mean, 0
    /// where all weights are.
    private func sampled(_ x: Tensor, weights: Tensor, _ run: NodeRun) throws -> Tensor {
        guard run.training else {
            return try window.mean(x * weights) / window.mean(weights).clamped(minimum: 1e-30)
        }
        let elements = try WindowElements(x, window)
        let chosen = try Torch.withoutGradients {
            // The largest of wᵢ / eᵢ with eᵢ exponentially distributed falls on i with probability wᵢ / Σw.
            let shares = try WindowElements(weights, window)
            let uniform = try run.model.drawn(shares.values.shape, batchDimension: 1) { shape in
                try Tensor.uniform(shape, type: x.scalarType(), device: x.device)
            }
            let exponential = try (uniform.clamped(minimum: 1e-30).log() * -1).clamped(minimum: 1e-30)
            return try (shares.values / exponential).argmax(0).unsqueezed(0)
        }
        return try elements.values.picked(0, chosen).unbound(0)[0]
    }
}

extension WindowPool: WeightedPooling {
    package func pooled(
        _ x: Tensor, logits: Tensor, _ weighting: WindowWeighting, in model: Model
    ) throws -> Tensor {
        if let padding = window.padding, window.dilation == 1 {
            return try x.windowPooled(
                logits: logits, weighting: weighting, kernel: window.kernel.pair, stride: window.stride.pair,
                padding: padding.pair, normalised: isNormalised, fused: !model.isPlain)
        }
        let pixels = try weighting.weights(logits).upsampledNearest(to: Array(x.shape.suffix(2)))
        let weighted = try window.mean(x * pixels)
        return isNormalised ? try weighted / window.mean(pixels) : weighted
    }

    /// It is the gradient of the sum of what the pooling puts out with respect to its map, over that of average pooling where windows do
    /// not overlap (1 / stride²).
    package func shares(map: [Int], weights: Tensor) throws -> Tensor {
        let pixels = try weights.upsampledNearest(to: map)
        let leaf = try Tensor.ones(pixels.shape, type: pixels.scalarType(), device: pixels.device).requireGradient()
        let pooled = try window.mean(leaf * pixels)
        try (isNormalised ? pooled / window.mean(pixels) : pooled).sum().backward()
        guard let gradient = leaf.gradient else { throw ExecutionError("a pooling has no gradient") }
        return try Torch.withoutGradients { try gradient * Double(window.stride.area) }
    }
}
