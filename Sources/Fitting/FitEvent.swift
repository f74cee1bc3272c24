import Training

/// What happens in a fit, for whoever shows it.
public enum FitEvent: Sendable {
    /// A stage of the work begins: what it is, and the seconds that the schedule has for it and all that follow; nil
    /// where there is no schedule yet.
    case stage(String, secondsLeft: Double?)
    /// Something came out.
    case result(String)
    /// What a training says.
    case training(TrainingEvent)
}
