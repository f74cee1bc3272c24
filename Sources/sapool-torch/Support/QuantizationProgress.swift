import Calibration
import CommandLineSupport

/// Shows a quantisation on standard error.
final class QuantizationProgress {
    let line = ProgressLine()
    private let epochs: Int

    /// - Parameter epochs: of fine-tuning.
    init(epochs: Int) { self.epochs = epochs }

    /// Shows how far calibration is.
    func show(_ progress: PostTrainingQuantization.Progress) {
        switch progress {
        case .calibrated(let done, let all, let pass):
            line.show(share: Double(done) / Double(max(1, all))) { _ in
                "looking at training images\(variant(pass)): \(grouped(done)) of \(grouped(all))"
            }
        case .comparing(let pass): line.begin("comparing int8 with float\(variant(pass))")
        }
    }

    /// Shows how far fine-tuning is; the end of an epoch stays.
    func show(_ progress: QuantizationAwareTraining.Progress) {
        let text =
            "epoch \(progress.epoch)/\(epochs)  step \(progress.step)/\(progress.steps)  loss \(fixed(progress.loss, 4))"
        if progress.step == progress.steps { return note(text) }
        line.show(share: Double(progress.step) / Double(max(1, progress.steps))) { _ in text }
    }

    private func variant(_ pass: Int) -> String { pass > 1 ? ", equalised" : "" }
}
