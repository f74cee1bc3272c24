import Deployment
import Foundation
import MadeUpModels
import Planning

/// Runs whole networks with made-up weights on the host and on emulated cores: the same bytes everywhere, memory just as planned, no more
/// of anything than `Firmware/limits.txt` allows, and refusals where weights are damaged or RAM is short. Then the kernel cases, likewise:
/// the most of them on two cores, or all of them on all.
///
///     firmware-check FIRMWARE-FOLDER [--update] [--all-cases] [CORE...]
///     firmware-check --library NETWORK TARGETS FOLDER
///     firmware-check --package NETWORK FOLDER
///
/// The second exports a network of the suite as a library, for Firmware/LibraryCheck; the third as a package, for
/// Scripts/fuzz.
@main
enum FirmwareCheck {
    static func main() {
        var arguments = Array(CommandLine.arguments.dropFirst())
        if arguments.count == 4, arguments[0] == "--library" {
            do { try LibraryCase.write(arguments[1], targets: arguments[2], to: arguments[3]) } catch {
                fail("\(error)", 1)
            }
            return
        }
        if arguments.count == 3, arguments[0] == "--package" {
            do { try CheckedNetwork.named(arguments[1]).write(to: arguments[2]) } catch { fail("\(error)", 1) }
            return
        }
        let (isUpdate, isWhole) = (arguments.contains("--update"), arguments.contains("--all-cases"))
        arguments.removeAll { ["--update", "--all-cases"].contains($0) }
        guard let folder = arguments.first else {
            return fail("usage: firmware-check FIRMWARE-FOLDER [--update] [--all-cases] [CORE...]", 64)
        }
        let cores = arguments.dropFirst().compactMap { Core(rawValue: $0) }
        guard cores.count == arguments.count - 1 else {
            return fail("unknown core in \(arguments.dropFirst()): use m4, m7, m33 or m55", 64)
        }
        do {
            let all = cores.isEmpty ? Core.allCases : cores
            var check = try Check(folder: folder, cores: all, isUpdate: isUpdate)
            try check.run(isUpdate: isUpdate)
            guard Emulator.isInstalled else { return }
            let problems = try CaseCheck(folder: folder, cores: all, isWhole: isWhole).problems()
            for problem in problems { FileHandle.standardError.write(Data("firmware: \(problem)\n".utf8)) }
            if !problems.isEmpty { throw CheckError("\(problems.count) of the kernel cases failed") }
        } catch {
            fail("\(error)", 1)
        }
    }

    private static func fail(_ sentence: String, _ status: Int32) {
        FileHandle.standardError.write(Data("firmware: \(sentence)\n".utf8))
        exit(status)
    }
}
