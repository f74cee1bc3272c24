/// How long a training takes, measured once.
public struct Pace: Sendable, Equatable, Codable {
    /// Seconds of a training image, loading included.
    public var training: Double
    /// Seconds of an image that is scored.
    public var scoring: Double
    /// Seconds before the first step.
    public var start: Double

    /// A pace by its parts.
    public init(training: Double, scoring: Double, start: Double) {
        (self.training, self.scoring, self.start) = (training, scoring, start)
    }

    /// Whether it can be one of this world: of a file, nobody knows.
    package var isPlausible: Bool { [training, scoring, start].allSatisfy(FitSchedule.plausibleSeconds.contains) }

    /// Seconds of an epoch, scores included.
    package func epoch(training images: Int, scored: Int) -> Double {
        max(1e-9, Double(images) * training + Double(scored) * scoring)
    }

    /// Seconds of a whole training.
    package func seconds(epochs: Int, training images: Int, scored: Int) -> Double {
        start + Double(epochs) * epoch(training: images, scored: scored)
    }

    /// The most epochs that end in some seconds; 0 where not even one does.
    package func epochs(in seconds: Double, training images: Int, scored: Int) -> Int {
        let whole = ((seconds - start) / epoch(training: images, scored: scored)).rounded(.down)
        return whole >= 1 ? Int(min(whole, 1_000_000)) : 0
    }
}
