import Calibration
import Datasets
import Detection
import Execution
import Foundation
import Quantization
import Training

/// Makes an int8 model of the winner: by calibration, and by training with its rounding where that loses too much.
package struct WinnerQuantization {
    /// The share that int8 may lose on the images that candidates are chosen by, before it is trained.
    package static let mostLost = 0.005
    private static let calibrationImages = 256

    package let run: RunFolder
    /// The part of the data that the figures are taken on.
    package let figures: EvaluationPart
    /// Of training with int8's rounding; 0 for never.
    package let epochs: Int
    package let report: (FitEvent) -> Void

    /// Quantises and scores; writes the run's int8 model.
    package func scores() throws -> QuantizedScores {
        let trained = try TrainedModel(run)
        let source = try RunData(trained)
        let images = try CalibrationImages(source, count: Self.calibrationImages)
        let options = Quantizer.Options()
        var result = try PostTrainingQuantization(options).run(trained.model, trained.configuration, images)
        guard trained.model.network.detector == nil else { return try detector(trained, source, result) }
        var isTrained = false
        let chosenBy = try source.loader(.validation)
        let float = try Evaluator(trained.model, trained.configuration).evaluate(chosenBy).accuracy
        let calibrated = try Int8Evaluator(result.model).evaluate(chosenBy).accuracy
        if float - calibrated > Self.mostLost, epochs > 0 {
            report(
                .result(
                    "int8 loses \(Halving.percent(float - calibrated)) where candidates are chosen: training with its rounding"
                ))
            do {
                let tuned = try QuantizationAwareTraining(source, epochs: epochs, options: options).run(result, images)
                let score = try Int8Evaluator(tuned.model).evaluate(chosenBy).accuracy
                report(.result("with it int8 has \(Halving.percent(score)), without \(Halving.percent(calibrated))"))
                if score > calibrated { (result, isTrained) = (tuned, true) }
            } catch let error as DivergenceError {
                report(.result("\(error.finding): int8 stays as it was"))
            }
        }
        let scored = try source.loader(figures)
        let floats = try Evaluator(trained.model, trained.configuration).evaluate(scored)
        let bytes = try Int8Evaluator(result.model).evaluate(scored)
        try result.model.write(to: run.int8)
        return QuantizedScores(
            scoreName: "accuracy", float: floats.accuracy, int8: bytes.accuracy,
            floatInterval: ScoreInterval(right: floats.right, of: floats.images),
            int8Interval: ScoreInterval(right: bytes.right, of: bytes.images), confusion: bytes.confusion,
            images: bytes.images, isTrained: isTrained)
    }

    private func detector(
        _ trained: TrainedModel, _ source: RunData, _ result: PostTrainingQuantization.Result
    ) throws -> QuantizedScores {
        let scored = try source.loader(figures)
        let classes = trained.configuration.classNames.count
        let float = ScoreInterval(
            try DetectionEvaluator(trained.model, trained.configuration).evaluate(scored).found, classes: classes)
        let int8 = ScoreInterval(try Int8DetectionEvaluator(result.model).evaluate(scored), classes: classes)
        try result.model.write(to: run.int8)
        return QuantizedScores(
            scoreName: trained.configuration.recipe.scoreName, float: float.share, int8: int8.share,
            floatInterval: float, int8Interval: int8, confusion: [], images: scored.dataset.count, isTrained: false)
    }
}
