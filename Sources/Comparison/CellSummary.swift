import Training

/// What the finished runs of a cell came to.
public struct CellSummary: Sendable, Equatable, Encodable {
    public let cell: String
    public let network: String
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
    public let arenaBytes: Int
    public let multiplyAccumulates: Int
    public let parameters: Int
    /// Of training; median over epochs.
    public let secondsPerEpoch: Double?

    enum CodingKeys: String, CodingKey {
        case cell, network, runs, accuracy
        case accuracyHalfWidth = "accuracy_half_width_95"
        case bestEpochAccuracy = "best_epoch_accuracy"
        case difference = "difference_to_baseline"
        case differenceHalfWidth = "difference_half_width_95"
        case isSignificant = "significant"
        case arenaBytes = "peak_sram_bytes"
        case multiplyAccumulates = "macs"
        case parameters
        case secondsPerEpoch = "seconds_per_epoch"
    }

    init(_ cell: ComparisonRecipe.Cell, results: ComparisonResults, baseline: String?, cost: CellCost?) {
        self.cell = cell.name
        network = cell.recipe.network
        let finished = results.finished(cell.name)
        runs = finished.count
        let scores = MeanInterval(finished.map(\.last.accuracy))
        accuracy = scores?.mean
        accuracyHalfWidth = scores?.halfWidth
        bestEpochAccuracy = MeanInterval(finished.map(\.best.accuracy))?.mean
        let differences = baseline.flatMap {
            $0 == cell.name ? nil : MeanInterval(results.differences(cell.name, to: $0))
        }
        difference = differences?.mean
        differenceHalfWidth = differences?.halfWidth
        isSignificant = differences?.excludesZero ?? false
        arenaBytes = cost?.arenaBytes ?? 0
        multiplyAccumulates = cost?.multiplyAccumulates ?? 0
        parameters = cost?.parameters ?? 0
        let seconds = results.epochs(cell.name).map(\.seconds).sorted()
        secondsPerEpoch = seconds.isEmpty ? nil : seconds[seconds.count / 2]
    }
}

/// The metrics of all runs, read once.
struct ComparisonResults {
    struct Result {
        let run: ComparisonRun
        let metrics: [EpochMetrics]
        let last: EpochMetrics
        /// The first of the best.
        let best: EpochMetrics
        var isFinished: Bool { last.epoch >= run.recipe.epochs }
    }

    /// Runs that have at least one epoch, in the order of the queue.
    let results: [Result]

    init(_ runs: [ComparisonRun]) {
        results = runs.compactMap { run in
            let metrics = run.metrics
            guard let last = metrics.last, let best = metrics.max(by: { $0.accuracy < $1.accuracy }) else { return nil }
            return Result(
                run: run, metrics: metrics, last: last, best: metrics.first { $0.accuracy == best.accuracy } ?? best)
        }
    }

    func finished(_ cell: String) -> [Result] { results.filter { $0.isFinished && $0.run.cell.name == cell } }

    func epochs(_ cell: String) -> [EpochMetrics] {
        results.filter { $0.run.cell.name == cell }.flatMap(\.metrics)
    }

    /// Accuracy less the baseline's, for each seed that both have finished.
    func differences(_ cell: String, to baseline: String) -> [Double] {
        let others = finished(baseline)
        return finished(cell).compactMap { result in
            others.first { $0.run.seed == result.run.seed }.map { result.last.accuracy - $0.last.accuracy }
        }
    }
}
