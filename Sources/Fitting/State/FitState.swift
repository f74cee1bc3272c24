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
}
