import CommandLineSupport
import Fitting
import Reporting
import Training

/// Shows a fit on standard error: a line for every stage and for what came out of it, and one that moves in between.
final class FitProgress {
    private let moving = ProgressLine()

    /// Shows an event.
    func show(_ event: FitEvent) {
        switch event {
        case .stage(let what, let seconds):
            note(what + (seconds.map { "; \(timeText($0)) to the end" } ?? ""))
        case .result(let text): note("  " + text)
        case .training(let event): show(event)
        }
    }

    /// Removes the line that moves.
    func end() { moving.end() }

    private func show(_ event: TrainingEvent) {
        switch event {
        case .teacherAsked(let share, let crops): moving.show(share: share, ofTeacherAskedAbout: crops)
        case .step(let step): moving.show(step)
        case .started(let start):
            if start.startStep > 0 { note("  going on from step \(start.startStep) of \(start.steps)") }
            for remark in start.remarks where remark.hasPrefix("warning:") { note("  " + remark) }
        case .scored, .epoch, .checkpoint, .interrupted, .ended: break
        }
    }
}
