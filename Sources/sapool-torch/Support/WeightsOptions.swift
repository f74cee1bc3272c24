import ArgumentParser
import Training

/// Which of a run's weights a verb takes.
struct WeightsOptions: ParsableArguments {
    @Option(
        name: .customLong("weights"),
        help: ArgumentHelp(
            "model (the last finished epoch, the default), best, last (the last checkpoint) or unaveraged (likewise, as the optimiser left them).",
            valueName: "weights"))
    var named: TrainedModel.Weights?

    /// What was asked for, or the last finished epoch's.
    var weights: TrainedModel.Weights { named ?? .model }

    /// Refuses a choice among a run's weights where its int8 model is taken, which has weights of its own.
    func check(against int8: Int8Options) throws {
        guard named != nil, int8.isAsked else { return }
        throw ValidationError(
            "--weights is for the float network, and --int8 runs the model that sapool quantize made: leave one of them out."
        )
    }
}

extension TrainedModel.Weights: ExpressibleByArgument {}
