import ArgumentParser
import Foundation
import Torch
import Training

/// How a verb that computes uses the machine.
struct MachineOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Threads for computing (default: one a core, shared among processes).", valueName: "n"))
    var threads: Int?

    @Option(help: "Where to compute: cpu, cuda, cuda:N or mps.")
    var device = "cpu"

    /// Sets the thread count and finds the device.
    ///
    /// - Parameter launch: where a launcher has put this process: the machine's cores and CUDA devices are shared among its processes.
    func apply(_ launch: Launch? = nil) throws -> Device {
        if let threads {
            guard (1...4096).contains(threads) else { throw ValidationError("--threads \(threads): use 1 or more.") }
            Torch.threads = threads
        } else if let launch {
            // torchrun sets OMP_NUM_THREADS to 1, which would leave cores idle.
            Torch.threads = ProcessInfo.processInfo.activeProcessorCount / launch.localCount
        }
        if let launch, device == "cuda", launch.count > 1 { return try Device("cuda:\(launch.localRank)") }
        return try Device(device)
    }
}
