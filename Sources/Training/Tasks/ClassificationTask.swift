import Datasets
import Execution
import Networks
import Torch

/// Telling classes apart: cross entropy, a teacher's opinion where there is one, and the share of images whose most likely class is the right one.
struct ClassificationTask: TrainingTask {
    private let configuration: RunConfiguration
    private let network: Network
    private let tensors: BatchTensors
    private let distillation: Distillation?
    /// For each class what the loss of its images counts; nil for one and all the same.
    private let weights: [Float]?

    init(
        _ configuration: RunConfiguration, _ model: Model, classCounts: [Int], distillation: Distillation?
    ) throws {
        self.configuration = configuration
        network = model.network
        weights =
            configuration.recipe.balance == .weights && !classCounts.isEmpty
            ? Recipe.Balance.weights(ofClassesWith: classCounts) : nil
        self.distillation = distillation
        tensors = try BatchTensors(configuration.normalization, model.parameters)
    }

    func loss(_ outputs: [Tensor], _ batch: Batch) throws -> TaskLoss {
        let (logits, labels) = (try network.logits(of: outputs[0]), try tensors.labels(batch))
        let labelled = try crossEntropy(logits, labels, batch)
        let loss = try distillation?.loss(labelled, logits: logits, batch) ?? labelled
        let right = try Torch.withoutGradients { try logits.argmax(1).isEqual(to: labels).to(.float32).sum().item() }
        return TaskLoss(value: loss, right: right)
    }

    /// The mean over the batch's images: with weights too, so that several processes compute what one would.
    private func crossEntropy(_ logits: Tensor, _ labels: Tensor, _ batch: Batch) throws -> Tensor {
        let smoothing = configuration.recipe.labelSmoothing
        guard let weights else { return try logits.crossEntropy(labels, labelSmoothing: smoothing) }
        let shares = try Tensor(batch.labels.map { weights[Int($0)] }, shape: [batch.count]).to(device: logits.device)
        return try (logits.crossEntropies(labels, labelSmoothing: smoothing) * shares).sum()
            / Double(max(1, batch.count))
    }

    func scores(of model: Model, _ loader: Loader, ranks: Ranks) throws -> TaskScores {
        let evaluation = try Evaluator(model, configuration).evaluate(loader, ranks: ranks)
        return TaskScores(loss: evaluation.loss, score: evaluation.accuracy)
    }
}

extension Recipe.Balance {
    /// N / (K · n) for a class of n of N images in K classes: the mean over all images is 1.
    package static func weights(ofClassesWith counts: [Int]) -> [Float] {
        let classes = counts.count { $0 > 0 }
        let total = counts.reduce(0, +)
        return counts.map { $0 > 0 ? Float(Double(total) / (Double(classes) * Double($0))) : 0 }
    }
}
