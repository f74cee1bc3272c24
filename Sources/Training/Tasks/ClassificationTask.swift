import Datasets
import Execution
import Torch

/// Telling classes apart: cross entropy, and the share of images whose most likely class is the right one.
struct ClassificationTask: TrainingTask {
    private let configuration: RunConfiguration
    private let tensors: BatchTensors

    init(_ configuration: RunConfiguration, _ parameters: Parameters) throws {
        self.configuration = configuration
        tensors = try BatchTensors(configuration.normalization, parameters)
    }

    func loss(_ outputs: [Tensor], _ batch: Batch) throws -> TaskLoss {
        let (logits, labels) = (outputs[0], try tensors.labels(batch))
        let loss = try logits.crossEntropy(labels, labelSmoothing: configuration.recipe.labelSmoothing)
        let right = try Torch.withoutGradients { try logits.argmax(1).isEqual(to: labels).to(.float32).sum().item() }
        return TaskLoss(value: loss, right: right)
    }

    func scores(of model: Model, _ loader: Loader, ranks: Ranks) throws -> TaskScores {
        let evaluation = try Evaluator(model, configuration).evaluate(loader, ranks: ranks)
        return TaskScores(loss: evaluation.loss, score: evaluation.accuracy)
    }
}
