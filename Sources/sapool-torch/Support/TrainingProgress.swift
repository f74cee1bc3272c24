import CommandLineSupport
import Foundation
import Reporting
import Training

/// Shows a training on standard error.
final class TrainingProgress {
    private let moving = ProgressLine()
    private var scoreName = "accuracy"

    /// Shows an event.
    func show(_ event: TrainingEvent) {
        switch event {
        case .started(let start): show(start)
        case .teacherAsked(let share, let crops): moving.show(share: share, ofTeacherAskedAbout: crops)
        case .step(let step): moving.show(step)
        case .epoch(let metrics, let epochs):
            note(
                String(
                    format: "epoch %d/%d  train loss %.4f, accuracy %@  |  loss %.4f, %@ %@  |  %.0f images/s",
                    metrics.epoch, epochs, metrics.trainLoss, percent(metrics.trainAccuracy), metrics.loss,
                    scoreName, percent(metrics.accuracy), metrics.imagesPerSecond))
        case .scored, .checkpoint: break
        case .ended(let epoch, let best):
            note(
                "ended after epoch \(epoch): no score since epoch \(best) was better. model.safetensors holds the weights of epoch \(epoch), "
                    + "best.safetensors those of epoch \(best) (--weights best)")
        case .interrupted(let step): note("stopped after step \(step) with a checkpoint; --resume goes on from it")
        }
    }

    private func show(_ start: TrainingEvent.Start) {
        scoreName = "\(start.evaluationPart.rawValue) \(start.scoreName)"
        if let report = start.initialWeights { note(report) }
        if let dropped = start.droppedBoxes {
            note(
                "\(counted(dropped.count, "box of the annotations is", "boxes of the annotations are")) left out: "
                    + "\(dropped.list.printableName) lists \(dropped.count == 1 ? "it" : "them, each") with its file and reason"
            )
        }
        note(
            "\(counted(start.trainingImages, "training image")), \(grouped(start.evaluationImages)) for evaluation "
                + "(\(start.evaluationName)); \(counted(start.parameters, "parameter")), "
                + "\(counted(start.multiplyAccumulates, "multiply-accumulate")) an image")
        for remark in start.remarks { note(remark.printableName) }
        if start.startStep > 0 {
            let epoch = start.startStep / start.stepsPerEpoch + 1
            note(
                start.startStep < start.steps
                    ? "going on from step \(start.startStep) of \(start.steps) (epoch \(epoch))"
                    : "nothing is left to train: step \(start.steps) of \(start.steps) is done")
        }
    }
}

extension ProgressLine {
    /// How far a teacher is with its answers.
    func show(share: Double, ofTeacherAskedAbout crops: Int) {
        show(share: share) { _ in
            "asking the teacher about \(counted(crops, "crop")) of each image  \(String(format: "%.0f", 100 * share)) %"
        }
    }

    /// How far a training is.
    func show(_ step: TrainingEvent.Step) {
        show(share: Double(step.step) / Double(max(1, step.stepsPerEpoch))) { _ in
            String(
                format: "epoch %d/%d  step %d/%d  loss %.4f  accuracy %@  %.0f images/s  %@ left", step.epoch,
                step.epochs, step.step, step.stepsPerEpoch, step.loss, percent(step.accuracy), step.imagesPerSecond,
                timeText(step.secondsLeft))
        }
    }
}
