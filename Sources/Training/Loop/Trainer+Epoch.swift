import Datasets
import Foundation
import Interchange
import Reporting
import Torch

/// An epoch: its steps, its scores, and what is told of them.
extension Trainer {
    /// Trains the rest of an epoch. Returns false where it was asked to stop.
    func trainEpoch(_ epoch: Int, _ events: TensorBoardWriter?) throws -> Bool {
        if try fineTuning.begin(epoch) { rankedModel.forgetUsedLeaves() }
        let start = state.step % stepsPerEpoch
        let batches = StepBatches(trainingLoader.batches(epoch: epoch, startingAt: start))
        var pace = Pace()
        for index in start..<stepsPerEpoch {
            let batch = try batches.batch(ofStep: index)
            let share = try share(of: batch)
            if let batch, let share {
                let clock = ContinuousClock.now
                let rate = schedule.rate(at: state.step)
                let loss = try trainStep(batch, share, rate)
                state.step += 1
                let seconds = (ContinuousClock.now - clock).seconds
                state.epochTotals.seconds += seconds
                pace.add(images: batch.count)
                reportStep(epoch, index, rate, pace)
                if let loss, state.step % 10 == 0 {
                    try events?.addScalars([("train/loss", loss), ("train/learning_rate", rate)], step: state.step)
                }
            } else {
                // Steps keep their numbers, which the order of images and all noise follow from.
                state.step += 1
            }
            if index + 1 < stepsPerEpoch {
                if ranks.count == 1 ? shouldStop() : someRankStops {
                    try save()
                    report(.interrupted(step: state.step))
                    return false
                }
                // Reading losses is for all ranks at once, and clocks differ.
                if isCheckpointDue, ranks.count == 1 || unread.isEmpty { try save() }
            }
        }
        let clock = ContinuousClock.now
        try readLosses()
        state.epochTotals.seconds += (ContinuousClock.now - clock).seconds
        guard state.epochTotals.images > 0 else {
            throw TrainingError(
                "there was no step in epoch \(epoch + 1) whose images can be read: replace the broken images of \(recipe.data)"
            )
        }
        return true
    }

    private func reportStep(_ epoch: Int, _ index: Int, _ rate: Double, _ pace: Pace) {
        let totals = state.epochTotals
        let images = Double(max(1, totals.images))
        report(
            .step(
                TrainingEvent.Step(
                    epoch: epoch + 1, epochs: recipe.epochs, step: index + 1, stepsPerEpoch: stepsPerEpoch,
                    loss: totals.loss / images, accuracy: totals.correct / images, learningRate: rate,
                    imagesPerSecond: pace.imagesPerSecond,
                    secondsLeft: Double(recipe.epochs * stepsPerEpoch - state.step) * pace.secondsPerBatch)))
    }

    private var isCheckpointDue: Bool {
        if let steps = options.checkpointSteps, steps > 0, state.step % steps == 0 { return true }
        return (ContinuousClock.now - lastCheckpoint).seconds > options.checkpointSeconds
    }

    /// Evaluates, writes metrics and checkpoints, and begins the next epoch's sums.
    ///
    /// - Throws: `DivergenceError` where the network puts out no numbers for the evaluation images.
    func finishEpoch(_ epoch: Int, _ events: TensorBoardWriter?) throws {
        let clock = ContinuousClock.now
        let scores: TaskScores
        do {
            scores = try task.scores(of: averaged ?? model, evaluationLoader, ranks: ranks)
        } catch let error as DivergenceError {
            // The last steps of an epoch may spoil weights that no training image sees any more.
            throw divergence(
                error.finding, state.step, advice: "lower the learning rate, or clip gradients with --clip-norm")
        }
        report(.scored(images: data.evaluation.count, seconds: (ContinuousClock.now - clock).seconds))
        let totals = state.epochTotals
        let images = Double(max(1, totals.images))
        let seconds = max(1e-9, totals.seconds)
        let line = EpochMetrics(
            epoch: epoch + 1, step: state.step, learningRate: schedule.rate(at: state.step - 1),
            trainLoss: totals.loss / images, trainAccuracy: totals.correct / images, loss: scores.loss,
            accuracy: scores.score, meanAveragePrecision: scores.meanAveragePrecision,
            averagePrecisionAt75: scores.averagePrecisionAt75, seconds: seconds, imagesPerSecond: images / seconds)
        state.epochTotals = TrainingState.EpochTotals()
        let isBest = scores.score > state.bestAccuracy
        if isBest { (state.bestAccuracy, state.bestEpoch) = (scores.score, epoch + 1) }

        lastMetrics = line
        skipped.formUnion(try allSkippedImages())
        if let events { try record(line, isBest: isBest, events) }
        report(.epoch(line, of: recipe.epochs))
    }
}
