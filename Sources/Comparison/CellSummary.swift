/// What the finished runs of a cell came to.
public struct CellSummary: Sendable, Equatable, Encodable {
    public let cell: String
    /// nil where a table of results does not tell.
    public let network: String?
    /// Finished runs.
    public let runs: Int
    /// On the evaluation images after the last epoch, 0 to 1: mean over seeds, half the width of its 95 % interval.
    public let accuracy: Double?
    public let accuracyHalfWidth: Double?
    /// Of each run's best epoch. Chosen by looking at the images it is scored on, so it flatters.
    public let bestEpochAccuracy: Double?
    /// To the baseline, over the seeds that both have.
    public let difference: Double?
    public let differenceHalfWidth: Double?
    /// Whether the difference's interval leaves zero out.
    public let isSignificant: Bool
    /// Of the difference, by the paired two-sided t-test; corrected for how many cells are compared, after Holm.
    public let pValue: Double?
    public fileprivate(set) var correctedPValue: Double?
    public let arenaBytes: Int?
    public let multiplyAccumulates: Int?
    public let parameters: Int?
    /// Of training; median over epochs.
    public let secondsPerEpoch: Double?

    enum CodingKeys: String, CodingKey {
        case cell, network, runs, accuracy
        case accuracyHalfWidth = "accuracy_half_width_95"
        case bestEpochAccuracy = "best_epoch_accuracy"
        case difference = "difference_to_baseline"
        case differenceHalfWidth = "difference_half_width_95"
        case isSignificant = "significant"
        case pValue = "p"
        case correctedPValue = "p_holm"
        case arenaBytes = "peak_sram_bytes"
        case multiplyAccumulates = "macs"
        case parameters
        case secondsPerEpoch = "seconds_per_epoch"
    }

    /// - Parameters:
    ///   - runs: how many runs the scores are of.
    ///   - baseline: scores of the cell to compare with; nil for none, or if this is it.
    init(
        cell: String, network: String?, runs: Int, scores: SeedScores, bestEpochs: SeedScores?, baseline: SeedScores?,
        cost: Cost, secondsPerEpoch: Double?
    ) {
        self.cell = cell
        self.network = network
        self.runs = runs
        let mean = scores.mean
        accuracy = mean?.mean
        accuracyHalfWidth = mean?.halfWidth
        bestEpochAccuracy = bestEpochs?.mean?.mean
        let difference = baseline.flatMap { scores.difference(to: $0) }
        self.difference = difference?.mean
        differenceHalfWidth = difference?.halfWidth
        isSignificant = difference?.excludesZero ?? false
        pValue = difference?.pValue
        correctedPValue = nil
        arenaBytes = cost.arenaBytes
        multiplyAccumulates = cost.multiplyAccumulates
        parameters = cost.parameters
        self.secondsPerEpoch = secondsPerEpoch
    }

    /// What a network costs, as far as it is known.
    struct Cost {
        var arenaBytes: Int?
        var multiplyAccumulates: Int?
        var parameters: Int?
    }
}

extension [CellSummary] {
    /// The same with p-values corrected for the number of cells that are tested: those that share two seeds with the
    /// baseline at least, also where they differ in none of them. A cell of one seed has no test, so that there is
    /// nothing to correct, and no p-value.
    var withCorrectedPValues: [CellSummary] {
        var summaries = self
        let tested = indices.filter { self[$0].pValue != nil }
        for (index, value) in zip(tested, holmCorrected(tested.compactMap { self[$0].pValue })) {
            summaries[index].correctedPValue = value
        }
        return summaries
    }
}
