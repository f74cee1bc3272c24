import Deployment
import Foundation
import MadeUpModels
import Networks
import Planning
import Quantization

/// The front that `sapool search --json` found.
struct Front {
    struct Network: Decodable {
        struct Candidate: Decodable {
            let network: String
            let resolution: Int
            let pool: String
        }

        let candidate: Candidate
        let sram: Int
        let flash: Int

        private enum CodingKeys: String, CodingKey {
            case candidate
            case sram = "peak_sram_bytes"
            case flash = "flash_bytes"
        }
    }

    private struct Report: Decodable {
        let sram: Int?
        let flash: Int?
        let front: [Network]
        let pushesRows: Bool

        private enum CodingKeys: String, CodingKey {
            case sram, flash, front
            case pushesRows = "pushes_rows"
        }
    }

    /// What the search had to keep to.
    let sram: Int
    let flash: Int
    let networks: [Network]
    let pushesRows: Bool

    init(_ path: String) throws {
        let report = try JSONDecoder().decode(Report.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
        guard let sram = report.sram, let flash = report.flash else {
            throw MeasureError("\(path): search with --sram and --flash")
        }
        (self.sram, self.flash, networks, pushesRows) = (sram, flash, report.front, report.pushesRows)
    }

    /// As many networks, drawn without replacement; the same for the same seed.
    func drawn(_ count: Int, seed: UInt32) -> [Network] {
        var random = RandomNumbers(state: seed)
        var rest = networks
        return (0..<min(count, rest.count)).map { _ in
            let number = (0..<3).reduce(0) { sum, _ in sum << 8 | Int(random.byte()) }
            return rest.remove(at: number % rest.count)
        }
    }
}

/// What `plan` says of networks beside what links.
struct FitTable {
    private struct Line {
        let network: String
        let planned: (flash: Int, sram: Int)
        let linked: (flash: Int, sram: Int)
        let instructions: (planned: Int, counted: Int)
    }

    private var lines: [Line] = []
    /// What was refused, does not link or run, or is further off than 2 % and 1 KiB.
    private(set) var problems: [String] = []
    private let core: Core

    init(_ networks: [Front.Network], _ front: Front, folder: String, core: Core) throws {
        self.core = core
        var exports: [(network: Front.Network, report: PlanReport, export: FirmwareExport)] = []
        let plan = PlanOptions(pushesRows: front.pushesRows)
        for one in networks {
            let side = one.candidate.resolution
            let name = "\(one.candidate.network) at \(side)"
            let network = try Network(notation: one.candidate.network, input: [3, side, side], classes: 10)
            let report = try PlanReport(
                network, budget: Budget(sram: front.sram, flash: front.flash), options: plan, core: core)
            if report.flashBytes != one.flash || report.peakSRAMBytes != one.sram {
                problems.append("\(name): search and plan disagree")
            }
            if report.fits?.all != true {
                problems.append("\(name) is on the front, and plan says that it does not fit")
            }
            var options = FirmwareOptions()
            (options.name, options.sram, options.flash) = ("m\(exports.count)", front.sram, front.flash)
            options.core = core
            do {
                exports.append(
                    (
                        one, report,
                        try FirmwareExport(KernelProgram(MadeUpModel(network, options: plan).model), options: options)
                    ))
            } catch { problems.append("\(name) is refused: \(error)") }
        }
        let packages = try FirmwarePackage.write(exports.map(\.export), to: folder)
        for (index, (one, report, export)) in exports.enumerated() {
            let emulator = try Emulator(packages[index], core: core, sources: folder, builds: folder)
            if index == 0 { try emulator.build(everything: true) }
            let image = try emulator.linkedImage()
            var random = RandomNumbers(state: 7)
            let input = export.program.model.network.inputShape
            let run = try emulator.run([random.pixels(input.height, input.width, input.channels)])
            let name = "\(one.candidate.network) at \(one.candidate.resolution)"
            lines.append(
                Line(
                    network: name, planned: (report.flashBytes, report.peakSRAMBytes),
                    linked: (image.flashBytes, image.sramBytes),
                    instructions: (report.instructions, run.inferences[0].instructions)))
            for (what, planned, linked) in [
                ("flash", report.flashBytes, image.flashBytes), ("SRAM", report.peakSRAMBytes, image.sramBytes),
            ] where abs(planned - linked) > max(1024, linked / 50) {
                problems.append("\(name): \(planned) bytes of \(what) are planned, \(linked) link")
            }
        }
    }

    /// Prints the table, and what is wrong.
    func write() {
        func percent(_ planned: Int, _ linked: Int) -> String {
            String(format: "%+.2f %%", (Double(planned) / Double(linked) - 1) * 100)
        }
        print(
            "| network, \(core.name) | flash planned | linked | | SRAM planned | linked | | instructions planned | counted | |"
        )
        print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
        for line in lines {
            print(
                "| \(line.network) | \(line.planned.flash) | \(line.linked.flash) | \(percent(line.planned.flash, line.linked.flash)) "
                    + "| \(line.planned.sram) | \(line.linked.sram) | \(percent(line.planned.sram, line.linked.sram)) "
                    + "| \(line.instructions.planned) | \(line.instructions.counted) | \(percent(line.instructions.planned, line.instructions.counted)) |"
            )
        }
        print("\n\(lines.count) networks linked and ran; \(problems.count) problems")
        for problem in problems { print("- \(problem)") }
    }
}
