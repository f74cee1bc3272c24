import Execution
import Networks
import Torch

extension Explainer {
    /// What a pooling layer weighs, from its weights `[1, C, h, w]`: the weights themselves, and what they come to.
    ///
    /// A window-normalised pooling divides by the sum of a window's weights, so that one window's being larger than another's changes
    /// nothing. The share shows what does: it is 1 where a pixel counts as much as in average pooling, k² where it alone counts in its
    /// k × k window, 0 where it does not count.
    func weights(of node: Node, _ weights: Tensor) throws -> [HeatMap] {
        guard case .windowPool(let pool) = node.operation else {
            throw ExecutionError("\(node.name) is no pooling with weights")
        }
        let map = model.network[node.inputs[0]].shape
        let values = try Torch.withoutGradients { try weights.mean([1]) }
        let relative = try shares(pool, map: map.size.pair, weights.detached())
        return [
            try heatMap("weights of \(node.name)", values),
            try heatMap("shares in windows of \(node.name)", relative),
        ]
    }

    /// The gradient of the sum of what the pooling puts out with respect to its map, over that of average pooling where windows do not
    /// overlap (1 / stride²); mean over channels.
    private func shares(_ pool: WindowPool, map: [Int], _ weights: Tensor) throws -> Tensor {
        let pixels = weights.shape.suffix(2) == map[...] ? weights : try weights.upsampledNearest(to: map)
        let leaf = try Tensor.ones(pixels.shape, type: pixels.scalarType(), device: pixels.device).requireGradient()
        func average(_ map: Tensor) throws -> Tensor {
            try map.averagePool(kernel: pool.kernel.pair, stride: pool.stride.pair, padding: pool.padding.pair)
        }
        let pooled = try average(leaf * pixels)
        try (pool.isNormalised ? pooled / average(pixels) : pooled).sum().backward()
        guard let gradient = leaf.gradient else { throw ExecutionError("a pooling has no gradient") }
        return try Torch.withoutGradients { try gradient.mean([1]) * Double(pool.stride.area) }
    }
}
