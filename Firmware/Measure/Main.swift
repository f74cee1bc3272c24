import Deployment
import Foundation
import Planning

/// Measures what firmware of made-up networks takes, and writes the constants that `sapool plan` counts with; or sets what it says of a
/// search's front beside what links.
///
///     firmware-measure constants FOLDER SOURCES [CORE...]
///     firmware-measure table FOLDER FRONT.json COUNT SEED [CORE]
@main
enum FirmwareMeasure {
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            guard Emulator.isInstalled else {
                throw MeasureError("qemu-system-arm is missing: Scripts/bootstrap sets it up")
            }
            switch arguments.first {
            case "constants" where arguments.count >= 3:
                try constants(folder: arguments[1], sources: arguments[2], try cores(arguments.dropFirst(3)))
            case "table" where (5...6).contains(arguments.count):
                guard let count = Int(arguments[3]), let seed = UInt32(arguments[4]) else { return usage() }
                let front = try Front(arguments[2])
                let table = try FitTable(
                    front.drawn(count, seed: seed), front, folder: arguments[1],
                    core: try cores(arguments.dropFirst(5))[0])
                table.write()
                guard table.problems.isEmpty else { exit(1) }
            default: usage()
            }
        } catch {
            FileHandle.standardError.write(Data("measure: \(error)\n".utf8))
            exit(1)
        }
    }

    private static func usage() {
        FileHandle.standardError.write(
            Data(
                "usage: firmware-measure constants FOLDER SOURCES [CORE...] | table FOLDER FRONT.json COUNT SEED [CORE]\n"
                    .utf8))
        exit(64)
    }

    private static func cores(_ names: ArraySlice<String>) throws -> [Core] {
        try names.isEmpty
            ? Core.allCases
            : names.map {
                guard let core = Core(rawValue: $0) else {
                    throw MeasureError("unknown core \($0): use m4, m7, m33 or m55")
                }
                return core
            }
    }

    /// Measures and writes a file for each core.
    private static func constants(folder: String, sources: String, _ cores: [Core]) throws {
        let (probes, wholes, heldOut) = (try Sample.probes(), try Sample.wholes(), try Sample.heldOut())
        for core in cores {
            var all = try Measurement.of(probes + wholes + heldOut, folder: folder, core: core)
            let kept = Array(all.suffix(heldOut.count))
            all.removeLast(heldOut.count)
            let code = CodeFit(all, probes: probes.count)
            let (instructions, cycles) = (CostFit(all, \.instructions), CostFit(all, \.estimatedCycles))
            let text = """
                // Written by Firmware/measure from \(all.count) made-up networks on an emulated \(core.name). Measure again rather than change it.

                extension CodeSizes {
                \(code.source(core))}

                extension CostModel {
                    static let \(core) = CostModel(
                        instructions: [
                \(instructions.source())            ],
                        cycles: [
                \(cycles.source())            ])
                }

                """
            let path = "\(sources)/\(core.name.replacing("-", with: "")).swift"
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
            print(
                "\(core.name): bytes of code, measured less fitted; instructions, counted, and how far the estimate is off; the same of cycles"
            )
            for (title, samples) in [("fitted", all), ("not fitted", kept)] {
                print("  \(title)")
                for one in samples {
                    let totals = [instructions, cycles].map { fit in
                        let (counted, estimated) = fit.total(one)
                        let share = (Double(estimated) / Double(max(1, counted)) - 1) * 100
                        return "\(counted)\t\((share * 10).rounded() / 10) %"
                    }
                    print("  \(code.residual(one))\t\(totals.joined(separator: "\t"))\t\(one.network)")
                }
            }
        }
    }
}

/// What went wrong, in a sentence.
struct MeasureError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
