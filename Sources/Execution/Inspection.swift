import Networks
import Torch

// What the parts of a network do to an image, for whoever looks into it.

extension Model {
    /// softmax(q Kᵀ / √(d / heads)): what each token takes from each, `[B, heads, N, N]`.
    ///
    /// - Parameters:
    ///   - node: a multi-head self-attention.
    ///   - tokens: what it reads, `[B, d, h, w]` with N = h · w.
    package func attentionProbabilities(
        of node: Node, _ details: MultiHeadAttention, _ tokens: Tensor
    ) throws -> Tensor {
        let (images, count) = (tokens.shape[0], tokens.shape[2] * tokens.shape[3])
        let headChannels = details.channels / details.heads
        let packed = try tokens.permuted([0, 2, 3, 1]).reshaped([images, count, details.channels]).linear(
            weight: parameters.tensor("\(node.name).in_proj_weight"),
            bias: parameters.tensor("\(node.name).in_proj_bias"))
        // [3, B, heads, tokens, channels of a head]
        let split = try packed.reshaped([images, count, 3, details.heads, headChannels])
            .permuted([2, 0, 3, 1, 4]).unbound(0)
        let scores = try split[0].matrixMultiplied(split[1].transposed(2, 3)) * (1 / Double(headChannels).squareRoot())
        return try scores.softmax(3)
    }
}

extension WindowPool {
    /// What each pixel counts, in units of what it counts in average pooling, `[B, C, H, W]`: 1 as much, k² where it alone counts in its
    /// k × k window, 0 where it does not count.
    ///
    /// It is the gradient of the sum of what the pooling puts out with respect to its map, over that of average pooling where windows do
    /// not overlap (1 / stride²).
    ///
    /// - Parameters:
    ///   - map: height and width of what is pooled.
    ///   - weights: `[B, C, h, w]`; each stands for a block of pixels where there are fewer than these.
    package func shares(map: [Int], weights: Tensor) throws -> Tensor {
        let pixels = try weights.upsampledNearest(to: map)
        let leaf = try Tensor.ones(pixels.shape, type: pixels.scalarType(), device: pixels.device).requireGradient()
        let pooled = try window.mean(leaf * pixels)
        try (isNormalised ? pooled / window.mean(pixels) : pooled).sum().backward()
        guard let gradient = leaf.gradient else { throw ExecutionError("a pooling has no gradient") }
        return try Torch.withoutGradients { try gradient * Double(window.stride.area) }
    }
}
