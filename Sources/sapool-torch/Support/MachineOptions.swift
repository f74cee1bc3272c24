import ArgumentParser
import Torch

/// How a verb that computes uses the machine.
struct MachineOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Threads for computing (default: one a core).", valueName: "n"))
    var threads: Int?

    @Option(help: "Where to compute: cpu, cuda, cuda:N or mps.")
    var device = "cpu"

    /// Sets the thread count and finds the device.
    func apply() throws -> Device {
        if let threads {
            guard (1...4096).contains(threads) else { throw ValidationError("--threads \(threads): use 1 or more.") }
            Torch.threads = threads
        }
        return try Device(device)
    }
}
