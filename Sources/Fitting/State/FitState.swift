/// What of a fit is done: all that is not told by the runs' own folders.
package struct FitState: Equatable, Codable {
    /// What a rung came to.
    package struct RungResult: Equatable, Codable {
        /// Scores of the networks that were trained, by their names.
        package var scores: [String: Double]
        /// Those that go on.
        package var kept: [String]
    }

    /// What was asked; the fit is of these options alone.
    package var options: FitOptions
    package var rungs: [RungResult] = []
    package var winner: String?
    /// The teacher's score on the images that candidates are chosen by.
    package var teacherScore: Double?
    /// The teacher's, on the images that the figures are taken on.
    package var teacherFigures: ScoreInterval?
    /// The winner's, likewise, trained to the end.
    package var winnerScore: Double?
    package var quantized: QuantizedScores?
    package var device: DeviceFigures?

    /// The rung, counted from 1, on which a network was trained and has no score, as its loss became no number; nil where it has all.
    ///
    /// - Parameter name: of a network that competes.
    package func divergence(of name: String) -> Int? {
        rungs.indices.first { index in
            rungs[index].scores[name] == nil && (index == 0 || rungs[index - 1].kept.contains(name))
        }.map { $0 + 1 }
    }
}
