import Foundation
import Interchange
import Torch

/// Reading losses of steps: every step, or, where that would keep a GPU waiting, every few.
extension Trainer {
    /// The scale that ends a training: gradients that are too large even so.
    private static let smallestLossScale = 0x1p-14

    /// Whether losses are read after a step; all ranks count steps alike, so all of them read or none does.
    func readsLosses(after step: Int) -> Bool {
        if step % stepsBetweenReadings == 0 { return true }
        return options.checkpointSteps.map { $0 > 0 && step % $0 == 0 } ?? false
    }

    /// Adds to the epoch what steps came to that nobody has read yet, and hears whether a rank is to stop. Returns the
    /// last one's loss.
    ///
    /// - Throws: `DivergenceError` where one of them is no number.
    @discardableResult
    func readLosses() throws -> Double? {
        let own = try unread.read()
        guard !own.isEmpty else { return nil }
        let sums = try ranks.sum(own.flatMap { [$0.loss, $0.right] } + [shouldStop() ? 1 : 0])
        someRankStops = sums[2 * own.count] > 0
        var last: Double?
        for (index, step) in own.enumerated() {
            let value = sums[2 * index] / Double(step.images)
            guard value.isFinite else {
                throw divergence(
                    "the loss is \(value)", step.step,
                    advice: "lower the learning rate, or clip gradients with --clip-norm")
            }
            last = value
            state.epochTotals.loss += sums[2 * index]
            state.epochTotals.correct += sums[2 * index + 1]
            state.epochTotals.images += step.images
        }
        if let lossScale, let step = own.last?.step, try lossScale.value() < Self.smallestLossScale {
            throw divergence(
                "gradients have been too large for float16 again and again", step,
                advice: "use the precision bfloat16 or float32, or lower the learning rate")
        }
        return last
    }

    func divergence(_ finding: String, _ step: Int, advice: String) -> DivergenceError {
        DivergenceError(
            finding: "\(finding) at step \(step) (epoch \((step - 1) / stepsPerEpoch + 1))",
            advice: "\(advice); \(lastGoodCheckpoint)")
    }

    var lastGoodCheckpoint: String {
        FileManager.default.fileExists(atPath: run.last)
            ? "the last good checkpoint is \(run.last)" : "there is no earlier checkpoint"
    }
}
