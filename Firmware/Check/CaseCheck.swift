import Deployment
import KernelCases
import Planning
import Quantization

/// The kernel cases on emulated cores: the bytes of every case are the host's.
///
/// All cases of a batch are one program. Three programs for four cores take minutes, so that usually the largest batch alone runs on the two
/// cores that differ most in their instructions: with the DSP extension, and with Helium.
struct CaseCheck {
    private let cores: [Core]
    private let folder: String
    private let batches: [CaseBatch]

    /// - Parameters:
    ///   - cores: the cores that are looked at.
    ///   - isWhole: whether all batches run on all of these cores.
    init(folder: String, cores: [Core], isWhole: Bool) throws {
        self.folder = "\(folder)/.build/cases"
        self.cores = isWhole ? cores : cores.filter { [.cortexM4, .cortexM55].contains($0) }
        batches = try isWhole ? CaseBatch.all() : Array(CaseBatch.all().prefix(1))
    }

    /// Builds and runs; what differs, one sentence each.
    func problems() throws -> [String] {
        guard !cores.isEmpty else { return [] }
        let exports = try batches.map(export)
        let packages = try FirmwarePackage.write(exports, to: folder)
        let images = batches.map { batch in CaseImage.allCases.map { $0.pixels(batch.network.inputShape) } }
        let expected = zip(exports, images).map { export, images in
            let executor = HostExecutor(export.program)
            return images.map { executor.run($0) }
        }
        var problems: [String] = []
        for core in cores {
            for (index, batch) in batches.enumerated() {
                let emulator = try Emulator(packages[index], core: core, sources: folder, builds: folder)
                // The first builds the programs of all.
                if index == 0 { try emulator.build(everything: true) }
                let run = try emulator.run(images[index])
                for (number, inference) in run.inferences.enumerated() {
                    let who = "with the image \"\(CaseImage.allCases[number])\" on \(core.rawValue)"
                    problems += differences(batch, inference.answer.scores, expected[index][number], who)
                    if let stray = inference.stray {
                        problems.append(
                            "\(batch.name) \(who) writes to 0x\(String(stray, radix: 16)), outside of its RAM")
                    }
                }
                print("\(batch.name): \(batch.cases.count) cases on \(core.rawValue)")
            }
        }
        return problems
    }

    private func differences(_ batch: CaseBatch, _ bytes: [Int8], _ expected: [Int8], _ who: String) -> [String] {
        guard bytes.count == expected.count else {
            return ["\(batch.name) \(who) gives \(bytes.count) bytes, the host \(expected.count)"]
        }
        return batch.cases.indices.compactMap { index in
            let (got, wanted) = (batch.output(of: index, in: bytes), batch.output(of: index, in: expected))
            return got == wanted
                ? nil : "\(batch.cases[index].name) \(who) computes \(got.prefix(64)), the host \(wanted.prefix(64))"
        }
    }

    private func export(_ batch: CaseBatch) throws -> FirmwareExport {
        var options = FirmwareOptions()
        (options.name, options.flash, options.sram) = (batch.name, 2 << 20, 512 << 10)
        // The program that prints the output holds it on its stack.
        options.stack += (batch.network.outputShape.count + 7) / 8 * 8
        return try FirmwareExport(KernelProgram(batch.model()), options: options)
    }
}
