import Datasets
import Execution
import Networks
import Torch

/// How much the loss depends on each channel, to first order (Molchanov et al., *Importance Estimation for Neural Network Pruning*, CVPR
/// 2019, eq. 8): the square of what the loss would change if the channel were faded out, mean over batches.
///
/// A channel behind a gate of 1 has the gradient Σ θ · ∂loss/∂θ at its gate, over the numbers θ that the channel is linear in: a filter and
/// its bias, or scale and shift of a normalisation.
public struct ChannelSensitivity: Sendable {
    /// A number a channel for each node that makes channels, by the node's name.
    public let nodes: [String: [Double]]

    /// Measures a trained network on the images that it was trained on, augmented as in training.
    ///
    /// - Parameters:
    ///   - data: where the images are now, or others; nil for where the recipe says.
    ///   - batches: how many batches of the recipe's size.
    ///   - progress: told after each how many are done.
    /// - Throws: `TrainingError` where the data gives other images; any failure of data or libtorch.
    public init(
        _ trained: TrainedModel, data path: String? = nil, batches: Int, progress: (Int) -> Void = { _ in }
    ) throws {
        let (configuration, model) = (trained.configuration, trained.model)
        let recipe = configuration.recipe
        let source = try RunData(trained, data: path)
        let data = try TrainingData(recipe, for: model.network, of: source)
        let loader = try Loader(
            dataset: data.training, transform: data.trainingTransform,
            configuration: LoaderConfiguration(
                batchSize: min(recipe.batchSize, data.training.count), seed: recipe.seed, shuffle: true, dropLast: true,
                workers: 2, skipBadImages: recipe.skipBadImages))
        let task = try configuration.task(of: model)
        let tensors = try BatchTensors(configuration.normalization, model.parameters)
        var sums: [String: [Double]] = [:]
        var (done, epoch) = (0, 0)
        Torch.seed(recipe.seed)
        while done < batches {
            let images = loader.batches(epoch: epoch)
            let start = done
            while done < batches, let batch = try images.next() {
                try task.loss(model.outputs(tensors.images(batch), training: true), batch).value.backward()
                for node in model.network.nodes {
                    guard let gates = try Self.gateGradients(of: node, model.parameters) else { continue }
                    let squares = gates.map { $0 * $0 / Double(batches) }
                    sums[node.name] = sums[node.name].map { zip($0, squares).map(+) } ?? squares
                }
                for (_, leaf) in model.parameters.trainable { leaf.clearGradient() }
                done += 1
                progress(done)
            }
            guard done > start else { throw TrainingError("\(source.data) gives no whole batch of images") }
            epoch += 1
        }
        nodes = sums
    }

    /// The gradient at each channel's gate, after a backward pass; nil for a node that makes no channels of its own.
    package static func gateGradients(of node: Node, _ parameters: Parameters) throws -> [Double]? {
        guard node.scalesChannels else { return nil }
        var total: [Double]?
        for specification in node.parameters where specification.isTrainable {
            let leaf = try parameters.tensor(specification.name)
            guard specification.shape.first == node.shape.channels, let gradient = leaf.gradient else { continue }
            let sums: [Double] = try Torch.withoutGradients {
                try (leaf * gradient).reshaped([node.shape.channels, -1]).sum([1]).to(.float64).array()
            }
            total = total.map { zip($0, sums).map(+) } ?? sums
        }
        return total
    }
}
