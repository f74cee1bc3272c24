import Datasets
import Execution
import Torch

/// What a network is trained for: what is wrong with its outputs, and how good they are.
protocol TrainingTask {
    /// The loss of a batch.
    ///
    /// - Parameter outputs: of the network, in float32.
    func loss(_ outputs: [Tensor], _ batch: Batch) throws -> TaskLoss

    /// Scores a model on every image that `loader` gives, without augmentation.
    ///
    /// - Parameter ranks: processes whose loaders give the other images; all of them get the scores of all images.
    func scores(of model: Model, _ loader: Loader, ranks: Ranks) throws -> TaskScores
}

/// What a task makes of a batch.
struct TaskLoss {
    /// Mean over the batch's images.
    let value: Tensor
    /// How many of them are right, one number; for detectors a share of each counts.
    let right: Tensor
}

/// How good a model is.
struct TaskScores {
    /// Mean over images.
    var loss: Double
    /// What epochs are compared by, 0 to 1: accuracy, or a detector's mAP at overlap 0.50.
    var score: Double
    /// Of a detector: mean average precision over the overlaps 0.50 to 0.95, and at 0.75.
    var meanAveragePrecision: Double?
    var averagePrecisionAt75: Double?
}

extension RunConfiguration {
    /// What a run's network is trained for.
    ///
    /// - Parameter classCounts: images for training of each class, which `balance: weights` goes by.
    func task(
        of model: Model, classCounts: [Int] = [], distillation: Distillation? = nil
    ) throws -> any TrainingTask {
        if let layout = model.network.detector { return DetectionTask(self, layout) }
        return try ClassificationTask(
            self, model, classCounts: classCounts, distillation: distillation)
    }
}

extension Recipe.TaskKind {
    /// What the score of an epoch is called.
    public var scoreName: String {
        switch self {
        case .classification: "accuracy"
        case .detection: "mAP@0.50"
        }
    }
}

extension Recipe {
    /// What the score of an epoch is called.
    public var scoreName: String { (task ?? .classification).scoreName }
}
