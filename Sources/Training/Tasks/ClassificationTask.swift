import Datasets
import Execution
import Torch

/// Telling classes apart: cross entropy, a teacher's opinion where there is one, and the share of images whose most likely class is the right one.
struct ClassificationTask: TrainingTask {
    private let configuration: RunConfiguration
    private let tensors: BatchTensors
    private let distillation: Distillation?

    init(_ configuration: RunConfiguration, _ parameters: Parameters, distillation: Distillation?) throws {
        self.configuration = configuration
        self.distillation = distillation
        tensors = try BatchTensors(configuration.normalization, parameters)
    }

    func loss(_ outputs: [Tensor], _ batch: Batch) throws -> TaskLoss {
        let (logits, labels) = (outputs[0], try tensors.labels(batch))
        let labelled = try logits.crossEntropy(labels, labelSmoothing: configuration.recipe.labelSmoothing)
        let loss = try distillation?.loss(labelled, logits: logits, batch) ?? labelled
        let right = try Torch.withoutGradients { try logits.argmax(1).isEqual(to: labels).to(.float32).sum().item() }
        return TaskLoss(value: loss, right: right)
    }

    func scores(of model: Model, _ loader: Loader, ranks: Ranks) throws -> TaskScores {
        let evaluation = try Evaluator(model, configuration).evaluate(loader, ranks: ranks)
        return TaskScores(loss: evaluation.loss, score: evaluation.accuracy)
    }
}
