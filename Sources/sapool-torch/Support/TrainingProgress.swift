import CommandLineSupport
import Foundation
import Training

/// Shows a training on standard error: a line that moves on a terminal, plain lines elsewhere.
final class TrainingProgress {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var lastShown = ContinuousClock.now
    private var lineIsOpen = false
    private var scoreName = "accuracy"

    /// Shows an event.
    func show(_ event: TrainingEvent) {
        switch event {
        case .started(let start): show(start)
        case .step(let step): show(step)
        case .epoch(let metrics, let epochs):
            line(
                String(
                    format: "epoch %d/%d  train loss %.4f, accuracy %@  |  loss %.4f, %@ %@  |  %.0f images/s",
                    metrics.epoch, epochs, metrics.trainLoss, percent(metrics.trainAccuracy), metrics.loss,
                    scoreName, percent(metrics.accuracy), metrics.imagesPerSecond))
        case .checkpoint: break
        case .interrupted(let step): line("stopped after step \(step) with a checkpoint; --resume goes on from it")
        }
    }

    private func show(_ start: TrainingEvent.Start) {
        scoreName = "\(start.evaluationPart.rawValue) \(start.scoreName)"
        if let report = start.initialWeights { line(report) }
        if let dropped = start.droppedBoxes {
            line(
                "\(dropped.count) boxes of the annotations are left out: \(dropped.list) lists them, each with its file and reason"
            )
        }
        line(
            "\(grouped(start.trainingImages)) training images, \(grouped(start.evaluationImages)) for evaluation "
                + "(\(start.evaluationName)); \(grouped(start.parameters)) parameters, "
                + "\(grouped(start.multiplyAccumulates)) multiply-accumulates an image")
        for remark in start.remarks { line(remark) }
        if start.startStep > 0 {
            line(
                "going on from step \(start.startStep) of \(start.steps) (epoch \(start.startStep / start.stepsPerEpoch + 1))"
            )
        }
    }

    private func show(_ step: TrainingEvent.Step) {
        let interval = isTerminal ? Duration.milliseconds(200) : .seconds(30)
        guard ContinuousClock.now - lastShown > interval else { return }
        lastShown = .now
        let text = String(
            format: "epoch %d/%d  step %d/%d  loss %.4f  accuracy %@  %.0f images/s  %@ left", step.epoch, step.epochs,
            step.step, step.stepsPerEpoch, step.loss, percent(step.accuracy), step.imagesPerSecond,
            time(step.secondsLeft))
        guard isTerminal else { return note(text) }
        let filled = 20 * step.step / step.stepsPerEpoch
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 20 - filled)
        FileHandle.standardError.write(Data("\r\u{1B}[K\(bar) \(text)".utf8))
        lineIsOpen = true
    }

    private func line(_ text: String) {
        if lineIsOpen { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
        lineIsOpen = false
        note(text)
    }

    private func time(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded())
        if whole >= 3600 { return "\(whole / 3600) h \(whole % 3600 / 60) min" }
        return whole >= 60 ? "\(whole / 60) min \(whole % 60) s" : "\(whole) s"
    }
}
