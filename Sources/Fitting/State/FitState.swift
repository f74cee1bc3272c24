/// What of a fit is done: all that is not told by the runs' own folders.
struct FitState: Equatable, Codable {
    /// What a rung came to.
    struct RungResult: Equatable, Codable {
        /// Scores of the networks that were trained, by their names.
        var scores: [String: Double]
        /// Those that go on.
        var kept: [String]
    }

    /// What was asked; the fit is of these options alone.
    var options: FitOptions
    var rungs: [RungResult] = []
    var winner: String?
    /// The teacher's score on the images that candidates are chosen by.
    var teacherScore: Double?
    /// The winner's, likewise, trained to the end.
    var winnerScore: Double?
    var quantized: QuantizedScores?
    var device: DeviceFigures?

    /// The rung, counted from 1, on which a network was trained and has no score, as its loss became no number; nil where it has all.
    ///
    /// - Parameter name: of a network that competes.
    func divergence(of name: String) -> Int? {
        rungs.indices.first { index in
            rungs[index].scores[name] == nil && (index == 0 || rungs[index - 1].kept.contains(name))
        }.map { $0 + 1 }
    }
}
