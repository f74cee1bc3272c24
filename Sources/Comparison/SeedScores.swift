/// Scores of one cell's runs, each with the seed of its run.
struct SeedScores {
    private let scores: [(seed: String, score: Double)]

    init(_ scores: [(seed: String, score: Double)]) { self.scores = scores }

    /// Mean over the seeds; nil of none.
    var mean: MeanInterval? { MeanInterval(scores.map(\.score)) }

    /// What these are above others, seed by seed, over the seeds that both have; nil where they share none.
    func difference(to others: SeedScores) -> MeanInterval? {
        let other = Dictionary(others.scores.map { ($0.seed, $0.score) }, uniquingKeysWith: { first, _ in first })
        return MeanInterval(scores.compactMap { seed, score in other[seed].map { score - $0 } })
    }
}
