import CommandLineSupport
import Deployment
import Interchange
import Networks
import Planning
import Quantization

/// A device package of an imported model on tensors of that model's own form, on the host or on an emulated core.
struct TensorSimulation {
    private let package: FirmwarePackage
    private let interface: ModelInterface
    private let program: KernelProgram

    /// - Throws: where the package is not of an imported model.
    init(_ package: FirmwarePackage) throws {
        guard ModelInterface.isThere(in: package.path) else {
            throw DeploymentError(
                "\(package.path) has no \(ModelInterface.fileName): --input is for packages of models that sapool import has read; give images"
            )
        }
        self.package = package
        program = try KernelProgram(QuantizedModel(contentsOf: package.model))
        interface = try ModelInterface(folder: package.path, of: program.model.network)
    }

    /// What came out, and what an emulated core took.
    struct Outcome {
        let outputs: [TensorData]
        let run: EmulatedRun?
    }

    /// Runs the tensor "input" of a file.
    ///
    /// - Parameter emulator: nil for the host.
    func run(_ path: String, on emulator: Emulator?) throws -> Outcome {
        guard let data = try Safetensors(contentsOf: path)["input"] else {
            throw DeploymentError("\(path) has no tensor called \"input\"")
        }
        let count = try interface.input.sampleCount(of: data, "\"input\" in \(path)")
        guard let emulator else {
            let host = try HostSimulation(package, takesNumbers: true)
            return Outcome(
                outputs: try interface.tensors(data, count, of: program) { try host.scores(of: $0) }, run: nil)
        }
        let run = try emulator.run((0..<count).map { try bytes($0, of: data, path) })
        var answers = run.inferences.map(\.answer.scores)[...]
        let outputs = try interface.tensors(data, count, of: program) { _ in answers.popFirst() ?? [] }
        return Outcome(outputs: outputs, run: run)
    }

    /// A sample as the device takes it. One that makes its numbers of pixels can only be given those that a pixel becomes.
    private func bytes(_ sample: Int, of data: TensorData, _ path: String) throws -> [UInt8] {
        let (image, pixels) = (interface.image(sample, of: data, program.model), program.model.pixels)
        guard pixels.stated != nil, !pixels.areNumbers else { return image }
        do {
            return try pixels.pixels(of: image)
        } catch {
            throw DeploymentError(
                "\(package.path) takes pixels, and sample \(sample) of \(path) cannot be given as such: \(error); leave --qemu out, or export the "
                    + "package with --numbers")
        }
    }
}

extension TensorSimulation.Outcome {
    /// As JSON.
    struct Record: Encodable {
        let samples: Int
        let shapes: [[Int]]
        let core: String?
        /// Executed instructions of a sample, not cycles: the most of all.
        let instructions: Int?
        /// An estimate by the core's table of timings, no measurement: the most of all.
        let estimated_cycles: Int?
        let sram_bytes: Int?
        let stack_bytes: Int?
        let flash_bytes: Int?
    }

    func record(_ core: Core?) -> Record {
        Record(
            samples: outputs.first?.shape.first ?? 0, shapes: outputs.map(\.shape), core: core?.rawValue,
            instructions: run?.inferences.map(\.instructions).max(),
            estimated_cycles: run?.inferences.map(\.estimatedCycles).max(), sram_bytes: run?.sramBytes,
            stack_bytes: run?.inferences.map(\.stackBytes).max(), flash_bytes: run?.flashBytes)
    }

    /// For people.
    func text(_ core: Core?) -> String {
        var lines = [
            "\(outputs.first?.shape.first ?? 0) samples, outputs of the shapes \(outputs.map { "\($0.shape)" }.joined(separator: ", "))"
        ]
        if let core, let run {
            let record = record(core)
            lines.append(
                "\(core.name): \(grouped(record.instructions ?? 0)) instructions a sample, by its table of timings some "
                    + "\(grouped(record.estimated_cycles ?? 0)) cycles (no measurement), SRAM \(grouped(run.sramBytes)) B, stack "
                    + "\(grouped(record.stack_bytes ?? 0)) B, flash \(grouped(run.flashBytes)) B")
        }
        return lines.joined(separator: "\n")
    }
}
