import ArgumentParser
import CommandLineSupport
import Foundation
import Torch
import Training

/// How a verb works together with processes that a launcher has started beside it.
struct DistributedOptions: ParsableArguments {
    @Flag(help: "Normalise by the images of all processes, as one process would (slower).")
    var syncBatchNorm = false
    @Option(help: ArgumentHelp("How long to wait for other processes.", valueName: "seconds"))
    var distributedTimeout = 600.0

    /// Meets the other processes, if there are any, and runs `body` with them and this process's device.
    ///
    /// Failures of ranks other than the first are told with their rank; what the first rank tells is not told twice.
    func run(_ machine: MachineOptions, _ body: (Ranks, Device) throws -> Void) throws {
        guard (0.1...1e6).contains(distributedTimeout) else {
            throw ValidationError("--distributed-timeout \(distributedTimeout): use 0.1 to 1000000 seconds.")
        }
        guard let launch = try Launch(environment: ProcessInfo.processInfo.environment) else {
            return try body(.alone, machine.apply())
        }
        do {
            let device = try machine.apply(launch)
            let ranks = try Ranks(launch, device: device, timeout: distributedTimeout)
            do {
                try body(ranks, device)
            } catch let error as LostContact {
                // What waits for the others inside libtorch would hold up an orderly end.
                note("Error: \(error)")
                _exit(EXIT_FAILURE)
            }
        } catch is FirstRankFailed {
            throw ExitCode.failure
        } catch let error as TrainingError where launch.rank > 0 && !error.description.hasPrefix("rank ") {
            throw TrainingError("rank \(launch.rank): \(error)")
        } catch let error as DivergenceError where launch.rank > 0 {
            throw TrainingError("rank \(launch.rank): \(error)")
        }
    }
}
