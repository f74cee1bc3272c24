import Execution
import Networks
import Torch

extension Explainer {
    /// What a pooling layer weighs, from its weights `[1, C, h, w]`: the weights themselves, and what they come to.
    ///
    /// A window-normalised pooling divides by the sum of a window's weights, so that one window's being larger than another's changes
    /// nothing. The share shows what does: it is 1 where a pixel counts as much as in average pooling, k² where it alone counts in its
    /// k × k window, 0 where it does not count.
    func weights(of node: Node, _ pool: any WeightedPooling, _ weights: Tensor) throws -> [HeatMap] {
        let map = model.network[node.inputs[0]].shape
        let values = try Torch.withoutGradients { try weights.mean([1]) }
        let shares = try pool.shares(map: map.size.pair, weights: weights.detached())
        let relative = try Torch.withoutGradients { try shares.mean([1]) }
        return [
            try heatMap("weights of \(node.name)", values),
            try heatMap("shares in windows of \(node.name)", relative),
        ]
    }
}
