import CommandLineSupport

/// The warning that a score is taken on images which a network was trained on.
enum TrainingWarning {
    /// Says so, where there are any.
    ///
    /// - Parameters:
    ///   - network: what was trained on them: a run's folder.
    ///   - count: how many images are scored.
    ///   - holdsOut: whether `--split held-out` can be asked for.
    static func note(_ network: String, trainedOn: Int, of count: Int, holdsOut: Bool) {
        guard trainedOn > 0 else { return }
        let images =
            count == 1
            ? "this image"
            : "\(trainedOn == count ? "all" : grouped(trainedOn) + " of") these \(grouped(count)) images"
        let advice =
            holdsOut ? "--split held-out scores what it held out" : "score it on images that it has not seen"
        CommandLineSupport.note("warning: \(network) was trained on \(images), so this flatters it: \(advice)")
    }
}
