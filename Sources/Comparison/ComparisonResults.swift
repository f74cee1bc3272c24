import Training

/// The metrics of all runs, read once.
struct ComparisonResults {
    struct Result {
        let run: ComparisonRun
        let metrics: [EpochMetrics]
        let last: EpochMetrics
        /// The first of the best.
        let best: EpochMetrics
        let isFinished: Bool
    }

    /// Runs that have at least one epoch, in the order of the queue.
    let results: [Result]

    init(_ runs: [ComparisonRun]) throws {
        results = try runs.compactMap { run in
            let metrics = try run.metrics()
            guard let last = metrics.last, let best = metrics.max(by: { $0.accuracy < $1.accuracy }) else { return nil }
            return Result(
                run: run, metrics: metrics, last: last, best: metrics.first { $0.accuracy == best.accuracy } ?? best,
                isFinished: try run.isFinished())
        }
    }

    func epochs(_ cell: String) -> [EpochMetrics] {
        results.filter { $0.run.cell.name == cell }.flatMap(\.metrics)
    }

    /// One a cell, in the recipe's order.
    func summaries(_ recipe: ComparisonRecipe, costs: [String: CellCost]) -> [CellSummary] {
        func finished(_ cell: String) -> [Result] { results.filter { $0.isFinished && $0.run.cell.name == cell } }
        func scores(_ results: [Result], _ metrics: (Result) -> EpochMetrics) -> SeedScores {
            SeedScores(results.map { ("\($0.run.seed)", metrics($0).accuracy) })
        }
        let baseline = recipe.baseline.map { scores(finished($0), \.last) }
        return recipe.cells.map { cell in
            let finished = finished(cell.name)
            let cost = costs[cell.name]
            let seconds = epochs(cell.name).map(\.seconds).sorted()
            return CellSummary(
                cell: cell.name, network: cell.recipe.network, runs: finished.count, scores: scores(finished, \.last),
                bestEpochs: scores(finished, \.best), baseline: cell.name == recipe.baseline ? nil : baseline,
                cost: CellSummary.Cost(
                    arenaBytes: cost?.arenaBytes, multiplyAccumulates: cost?.multiplyAccumulates,
                    parameters: cost?.parameters),
                secondsPerEpoch: seconds.isEmpty ? nil : seconds[seconds.count / 2])
        }.withCorrectedPValues
    }
}
