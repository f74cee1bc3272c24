import Datasets
import Detection
import Execution
import Networks
import Torch

/// Finding objects: the loss of SSD or YOLO, and mean average precision.
struct DetectionTask: TrainingTask {
    private let configuration: RunConfiguration
    private let lossFunction: DetectionLoss

    init(_ configuration: RunConfiguration, _ layout: DetectorLayout) {
        self.configuration = configuration
        lossFunction = DetectionLoss(layout, DetectionLoss.Options(configuration.recipe))
    }

    func loss(_ outputs: [Tensor], _ batch: Batch) throws -> TaskLoss { try lossFunction(outputs, batch.objects) }

    func scores(of model: Model, _ loader: Loader, ranks: Ranks) throws -> TaskScores {
        let evaluation = try DetectionEvaluator(model, configuration).evaluate(loader, ranks: ranks)
        return TaskScores(
            loss: evaluation.loss, score: evaluation.coco.averagePrecisionAt50 ?? 0,
            meanAveragePrecision: evaluation.coco.meanAveragePrecision ?? 0,
            averagePrecisionAt75: evaluation.coco.averagePrecisionAt75 ?? 0)
    }
}
