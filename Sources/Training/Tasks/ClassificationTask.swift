import Datasets
import Execution
import Networks
import Torch

/// Telling classes apart: cross entropy, a teacher's opinion where there is one, and the share of images whose most likely class is the right one.
struct ClassificationTask: TrainingTask {
    private let configuration: RunConfiguration
    private let network: Network
    private let distillation: Distillation?
    private let labelLoss: LabelLoss

    init(
        _ configuration: RunConfiguration, _ model: Model, classCounts: [Int], distillation: Distillation?
    ) throws {
        self.configuration = configuration
        network = model.network
        let isWeighted = configuration.recipe.balance == .weights && !classCounts.isEmpty
        labelLoss = LabelLoss(
            classWeights: isWeighted ? Recipe.Balance.weights(ofClassesWith: classCounts) : nil,
            labelSmoothing: configuration.recipe.labelSmoothing)
        self.distillation = distillation
    }

    func loss(_ outputs: [Tensor], _ batch: Batch) throws -> TaskLoss {
        let logits = try network.logits(of: outputs[0])
        let labelled = try labelLoss(logits, batch.labels, batch.mixtures)
        let loss = try distillation?.loss(labelled, logits: logits, batch) ?? labelled
        return TaskLoss(value: loss, right: try LabelLoss.right(logits, batch.labels, batch.mixtures))
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
