import Deployment
import Lowering
import MadeUpModels
import Networks
import Planning
import Quantization

/// What was measured of one network on one core.
struct Measurement {
    let network: String
    /// The calls of each step of its plan, and of a detector those behind them.
    let steps: [[DeviceCall]]
    let shape: PlanShape
    let weightsBytes: Int
    let image: LinkedImage
    /// Executed instructions of each of them.
    let instructions: [Int]
    /// Cycles that the core's table of timings makes of these.
    let estimatedCycles: [Int]

    /// Kernels that it calls.
    var kernels: Set<DeviceKernel> { Set(steps.joined().compactMap(\.kernel)) }

    /// Links samples for a core, and runs an image through each.
    static func of(_ samples: [Sample], folder: String, core: Core) throws -> [Measurement] {
        let exports = try samples.enumerated().map { index, sample in
            var options = FirmwareOptions()
            (options.name, options.flash, options.sram) = ("m\(index)", 2 << 20, 512 << 10)
            return try FirmwareExport(
                KernelProgram(MadeUpModel(sample.network, options: sample.options).model), options: options)
        }
        let packages = try FirmwarePackage.write(exports, to: folder)
        return try packages.indices.map { index in
            let emulator = try Emulator(packages[index], core: core, sources: folder, builds: folder)
            // The first builds the programs of all.
            if index == 0 { try emulator.build(everything: true) }
            var random = RandomNumbers(state: 7)
            let (program, input) = (exports[index].program, samples[index].network.inputShape)
            let run = try emulator.run([random.pixels(input.height, input.width, input.channels)])
            return Measurement(
                network: samples[index].network.name,
                steps: program.plan.graph.calls(of: program.plan.steps.map(\.nodes)),
                shape: program.plan.shape, weightsBytes: run.weightsBytes,
                image: try emulator.linkedImage(), instructions: run.inferences[0].layerInstructions,
                estimatedCycles: run.inferences[0].layerEstimatedCycles)
        }
    }
}
