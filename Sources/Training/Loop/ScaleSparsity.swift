import Execution
import Torch

/// A penalty on the scales of every batch normalisation, which drives those of channels that the network can do without to 0 (Liu et
/// al., *Learning Efficient Convolutional Networks through Network Slimming*, ICCV 2017, eq. 1):
///
///     loss + λ · Σ |γ|
struct ScaleSparsity {
    private let scales: [Tensor]
    private let weight: Double

    /// For the batch normalisations of a model; nil where the recipe asks for none.
    ///
    /// - Throws: `TrainingError` where the model has no batch normalisation.
    init?(_ recipe: Recipe, _ model: Model) throws {
        guard let weight = recipe.channelSparsity else { return nil }
        self.weight = weight
        scales = try model.network.nodes.compactMap { node in
            guard case .batchNorm = node.operation else { return nil }
            return try model.parameters.tensor("\(node.name).weight")
        }
        guard !scales.isEmpty else {
            throw TrainingError(
                "channel-sparsity is for networks with batch normalisation, and this one has none: leave it out")
        }
    }

    /// The loss with the penalty.
    func added(to loss: Tensor) throws -> Tensor {
        try loss + Tensor.concatenated(scales, dimension: 0).absolute().sum() * weight
    }
}
