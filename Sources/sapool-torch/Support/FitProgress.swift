import CommandLineSupport
import Fitting
import Foundation
import Training

/// Shows a fit on standard error: a line for every stage and for what came out of it, and one that moves in between.
final class FitProgress {
    private let moving = ProgressLine()
    private var stage = ""

    /// Shows an event.
    func show(_ event: FitEvent) {
        switch event {
        case .stage(let what, let seconds):
            stage = what
            note(what + (seconds.map { "; \(Self.time($0)) to the end" } ?? ""))
        case .result(let text): note("  " + text)
        case .training(let event): show(event)
        }
    }

    /// Removes the line that moves.
    func end() { moving.end() }

    private func show(_ event: TrainingEvent) {
        switch event {
        case .step(let step):
            moving.show(share: Double(step.step) / Double(max(1, step.stepsPerEpoch))) { _ in
                String(
                    format: "epoch %d/%d  step %d/%d  loss %.4f  accuracy %@  %.0f images/s  %@ left", step.epoch,
                    step.epochs, step.step, step.stepsPerEpoch, step.loss, percent(step.accuracy), step.imagesPerSecond,
                    Self.time(step.secondsLeft))
            }
        case .started(let start):
            if start.startStep > 0 { note("  going on from step \(start.startStep) of \(start.steps)") }
            for remark in start.remarks where remark.hasPrefix("warning:") { note("  " + remark) }
        case .epoch, .checkpoint, .interrupted, .ended: break
        }
    }

    private static func time(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds < 1e9 else { return "long" }
        let whole = Int(max(0, seconds).rounded())
        if whole >= 3600 { return "\(whole / 3600) h \(whole % 3600 / 60) min" }
        return whole >= 60 ? "\(whole / 60) min \(whole % 60) s" : "\(whole) s"
    }
}
