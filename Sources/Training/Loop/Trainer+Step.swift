import Datasets
import Execution
import Interchange
import Networks
import Torch

/// A step: forward, backward, and the change of the weights.
extension Trainer {
    /// One step. Returns its loss where that was read.
    func trainStep(_ batch: Batch, _ share: BatchShare, _ rate: Double) throws -> Double? {
        let parts = recipe.accumulate ?? 1
        let (accumulates, pieces) = (parts > 1, batch.pieces(parts))
        var firstRow = share.rows.lowerBound
        var waiting: Tensor?
        unread.begin(step: state.step + 1, images: share.total)
        for piece in pieces {
            let rows = firstRow..<firstRow + piece.count
            firstRow = rows.upperBound
            let isAlone = ranks.count == 1 && pieces.count == 1
            let loss = try loss(of: piece, isAlone ? nil : BatchShare(rows: rows, total: share.total))
            try unread.add(loss, count: piece.count)
            let penalised = try sparsity?.added(to: loss.value) ?? loss.value
            let scaled = try lossScale?.scaled(penalised) ?? penalised
            if accumulates {
                try rankedModel.accumulate(scaled, weight: Double(piece.count) / Double(batch.count))
            } else {
                waiting = scaled
            }
        }
        // Where reading costs no waiting it comes before the weights change.
        var value: Double?
        if stepsBetweenReadings == 1 { value = try readLosses() }
        if let waiting { try rankedModel.backward(waiting, share) } else { try rankedModel.finishAccumulating(share) }
        let leaves = model.parameters.trainable.map(\.tensor)
        let skipping = try lossScale?.unscale(leaves)
        if let norm = recipe.clipNorm { _ = try clipGradients(of: leaves, maximum: norm) }
        try optimizer.step(learningRate: rate, skipping: skipping)
        if let skipping { try lossScale?.update(skipping) }
        optimizer.clearGradients()
        try updateAverage()
        if stepsBetweenReadings > 1, readsLosses(after: state.step + 1) { value = try readLosses() }
        return value
    }

    /// The loss of images, with the noise that follows from the seed, the step and their rows in the batch alone.
    ///
    /// - Parameter share: which rows they are; nil where they are the whole batch.
    private func loss(of images: Batch, _ share: BatchShare?) throws -> TaskLoss {
        recipe.seedNoise(ofStep: state.step)
        model.share = share
        return try task.loss(forward(tensors.images(images)), images)
    }

    /// The network's outputs in float32, whatever they were computed in.
    private func forward(_ images: Tensor) throws -> [Tensor] {
        guard let type = recipe.precision.productType else { return try model.outputs(images, training: true) }
        return try Torch.withMixedPrecision(type, on: options.device) { try model.outputs(images, training: true) }
            .map { try $0.to(.float32) }
    }

    /// Which of all ranks' images these are, without those that were skipped; nil where a rank has none left, and all leave the step out.
    func share(of batch: Batch?) throws -> BatchShare? {
        guard recipe.skipBadImages else { return batch.map { BatchShare(rows: $0.rows, total: $0.wholeCount) } }
        guard ranks.count > 1 else { return batch.map { BatchShare(rows: 0..<$0.count, total: $0.count) } }
        let counts = try ranks.gather(batch?.count ?? 0)
        guard let batch, !counts.contains(0) else { return nil }
        let first = counts[..<ranks.rank].reduce(0, +)
        return BatchShare(rows: first..<first + batch.count, total: counts.reduce(0, +))
    }

    private func updateAverage() throws {
        guard let averaged, let decay = recipe.ema else { return }
        // A young average follows faster: it should not remember the initial weights.
        let weight = 1 - min(decay, Double(1 + state.step) / Double(10 + state.step))
        func numbers(_ parameters: Parameters) -> [Tensor] {
            parameters.all.filter { $0.specification.role != .counter }.map(\.tensor)
        }
        try interpolate(numbers(averaged.parameters), towards: numbers(model.parameters), weight: weight)
    }
}

extension Recipe {
    /// Seeds libtorch's random numbers for a step: its noise follows from the recipe's seed and the step alone.
    package func seedNoise(ofStep step: Int) {
        Torch.seed(seed &* 0x9e37_79b9_7f4a_7c15 &+ UInt64(step))
    }
}
