import Torch

/// How a training runs, without any effect on what comes out.
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

    public init() {}
}
