import ArgumentParser
import Training

/// Which of a run's weights a verb takes.
struct WeightsOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "model (the last finished epoch), best, last (the last checkpoint) or unaveraged (likewise, as the optimiser left them).",
            valueName: "weights"))
    var weights = TrainedModel.Weights.model
}

extension TrainedModel.Weights: ExpressibleByArgument {}
