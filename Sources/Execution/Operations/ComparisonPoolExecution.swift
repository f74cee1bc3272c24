import Networks
import Torch

extension ComparisonPool: OperationExecution {
    var traits: ExecutionTraits { .plain }

    /// Weighted mean of each window by how its elements compare with the window's reference.
    func output(_ inputs: [Tensor], _ run: NodeRun) throws -> Tensor {
        let elements = try WindowElements(inputs[0], window)
        let values = elements.values
        let size = run.node.shape.size
        let centre = try inputs[1].sliced(2, 0..<size.height).sliced(3, 0..<size.width)
        let weights: Tensor
        switch weighting {
        case .dice:
            let likeness = try values * centre * 2 / (values * values + centre * centre + ComparisonPool.tiny)
            weights = try likeness.exp()
        case .detail, .detailAbove:
            let shape = [1, 1, channels, 1, 1]
            let signed = try values - centre
            let distance = try weighting == .detail ? signed : signed.relu()
            let squares = try distance * distance + ComparisonPool.epsilon
            let count = try elements.mask?.sum([0], keepDimensions: true)
            let total = try elements.masked(squares).sum([0], keepDimensions: true)
            let mean = try count.map { try total / $0 } ?? total / Double(window.kernel.area)
            let exponent = try run.parameter("lambda").exp().reshaped(shape) / 2
            weights = try (squares / mean).power(exponent) + run.parameter("alpha").exp().reshaped(shape)
        }
        let shares = try elements.masked(weights)
        return try (shares * values).sum([0]) / shares.sum([0])
    }
}
