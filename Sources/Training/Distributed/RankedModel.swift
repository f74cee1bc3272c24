import Execution
import Torch

/// Keeps the weights of a model the same on all ranks: averages gradients and running statistics.
final class RankedModel {
    private let model: Model
    private let ranks: Ranks
    private var reducer: GradientReducer?

    /// A keeper of a model's weights.
    ///
    /// - Parameter synchronisesStatistics: whether batch normalisation sees the images of all ranks.
    init(_ model: Model, _ ranks: Ranks, synchronisesStatistics: Bool) {
        self.model = model
        self.ranks = ranks
        if synchronisesStatistics { model.statisticsGroup = ranks.group }
    }

    /// Is told that from now on other leaves get gradients than before.
    func forgetUsedLeaves() { reducer = nil }

    /// Gradients of the mean over all ranks' images.
    ///
    /// - Parameters:
    ///   - loss: the mean over this rank's images.
    ///   - share: which of the batch they are.
    func backward(_ loss: Tensor, _ share: BatchShare) throws {
        guard let group = ranks.group else { return try loss.backward() }
        let weight = weight(of: share)
        try reducer?.prepare()
        try (weight == 1 ? loss : loss * weight).backward()
        if reducer == nil {
            // The first pass shows which leaves have gradients at all; a reducer would wait for the others for ever.
            let used = model.parameters.trainable.map(\.tensor).filter { $0.gradient != nil }
            try average(used.compactMap(\.gradient), group)
            reducer = try GradientReducer(group, parameters: used)
        }
        try averageStatistics(share, group)
    }

    /// What makes the mean over ranks the mean over images.
    private func weight(of share: BatchShare) -> Double {
        Double(share.rows.count * ranks.count) / Double(share.total)
    }

    /// Adds the gradients of a part of this rank's images to those of the parts before.
    ///
    /// - Parameters:
    ///   - loss: the mean over the part's images.
    ///   - weight: the part's share of this rank's images.
    func accumulate(_ loss: Tensor, weight: Double) throws { try (loss * weight).backward() }

    /// Makes what was accumulated gradients of the mean over all ranks' images.
    func finishAccumulating(_ share: BatchShare) throws {
        guard let group = ranks.group else { return }
        let gradients = model.parameters.trainable.compactMap(\.tensor.gradient)
        let weight = weight(of: share)
        try Torch.withoutGradients {
            if weight != 1 { for gradient in gradients { try gradient.scale(by: weight) } }
        }
        try average(gradients, group)
        try averageStatistics(share, group)
    }

    private func average(_ gradients: [Tensor], _ group: ProcessGroup) throws {
        try Torch.withoutGradients {
            let flat = try Tensor.concatenated(gradients.map { try $0.reshaped([-1]) }, dimension: 0)
            try group.sum(flat)
            try Self.scatter(flat / Double(ranks.count), to: gradients)
        }
    }

    /// Running statistics of ranks that each normalise by their own images: means, by numbers of images. In every step, so that a
    /// checkpoint at any of them holds the same.
    private func averageStatistics(_ share: BatchShare, _ group: ProcessGroup) throws {
        guard model.statisticsGroup == nil else { return }
        let statistics = model.parameters.all.filter { $0.specification.role == .buffer }.map(\.tensor)
        guard !statistics.isEmpty else { return }
        try Torch.withoutGradients {
            let flat = try Tensor.concatenated(statistics.map { try $0.reshaped([-1]) }, dimension: 0)
            try flat.scale(by: Double(share.rows.count) / Double(share.total))
            try group.sum(flat)
            try Self.scatter(flat, to: statistics)
        }
    }

    private static func scatter(_ flat: Tensor, to tensors: [Tensor]) throws {
        var start = 0
        for tensor in tensors {
            let end = start + tensor.count
            try tensor.copy(from: flat.sliced(0, start..<end).reshaped(tensor.shape))
            start = end
        }
    }
}
