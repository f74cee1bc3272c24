import Torch

/// How a training runs, which has no effect on what comes out.
public struct TrainerOptions: Sendable {
    /// Where it runs.
    public var device = Device.cpu
    /// Loader threads.
    public var workers = 2
    /// Seconds between checkpoints within an epoch; each epoch ends with one anyway.
    public var checkpointSeconds = 300.0
    /// Steps between checkpoints within an epoch; nil for none by steps.
    public var checkpointSteps: Int?
    /// Goes on where the run's last checkpoint stands, or begins where there is none.
    public var resume = false
    /// Whether batch normalisation takes its statistics from the images of all ranks. The one option with an effect: with it,
    /// several ranks compute what one would.
    public var synchronisesBatchNorm = false

    /// Whether a GPU of NVIDIA computes the same bits in every run, where libtorch has a way to, at the cost of speed.
    /// The processor does so in any case.
    public var isDeterministic = false
    /// Steps between readings of their losses, which wait for the device; nil for 1 on the processor and 10 elsewhere.
    package var stepsBetweenReadings: Int?
    /// Trains in types that the device only emulates, for tests.
    package var emulatesPrecision = false

    /// Where a teacher's answers lie that several trainings share (`teacher-crops` of a recipe); nil for those of the run alone, which are
    /// gone when it ends.
    public var teacherAnswers: String?

    /// Writes after every epoch how far attention is from even, and pooling from averaging (`attention.jsonl`).
    public var logsAttention = false

    public init() {}
}
