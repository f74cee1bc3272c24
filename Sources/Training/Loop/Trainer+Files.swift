import Foundation
import Interchange
import Reporting

/// What is written to the run's folder.
extension Trainer {
    func record(_ line: EpochMetrics, isBest: Bool, _ events: TensorBoardWriter) throws {
        // The checkpoint comes last of the files that a resumed run would write again, so that none is ever missing.
        try metrics.append(line)
        try logAttention(epoch: line.epoch)
        try SkippedImageList(skipped).write(to: run)
        try writeModel()
        if isBest { try checkpoint.write(state, to: run.best) }
        try save()
        try events.addScalars(
            [
                ("epoch/train_loss", line.trainLoss), ("epoch/train_accuracy", line.trainAccuracy),
                ("epoch/loss", line.loss),
                ("epoch/accuracy", line.accuracy), ("epoch/images_per_second", line.imagesPerSecond),
            ] + (line.meanAveragePrecision.map { [("epoch/map", $0)] } ?? []), step: line.epoch)
        try events.flush()
    }

    func logAttention(epoch: Int) throws {
        guard let attentionLog else { return }
        try attentionLog.append(attentionLog.metrics((averaged ?? model).parameters, epoch: epoch))
    }

    func writeModel() throws {
        try Safetensors((averaged ?? model).parameters.state(), metadata: ["format": "pt"]).write(to: run.model)
    }

    /// Leaves a checkpoint; weights are the same on all ranks, so the first one's are everybody's.
    func save() throws {
        try readLosses()
        guard ranks.isFirst else { return }
        try checkpoint.write(state, to: run.last)
        lastCheckpoint = .now
        report(.checkpoint(path: run.last))
    }

    func allSkippedImages() throws -> [String] {
        guard recipe.skipBadImages else { return [] }
        let own = (trainingLoader.skippedImages + evaluationLoader.skippedImages).map {
            SkippedImageList.line($0.location, $0.reason)
        }
        guard ranks.count > 1 else { return own }
        let all = try ranks.gather(Array(own.joined(separator: "\n").utf8))
        return Set(all.flatMap { String(decoding: $0, as: UTF8.self).split(separator: "\n").map(String.init) }).sorted()
    }
}
