import Deployment
import Foundation
import MadeUpModels
import Planning
import Quantization

/// The suite's run.
struct Check {
    private let cores: [Core]
    private let folder: String
    private let cases: [CheckedNetwork]
    private let exports: [FirmwareExport]
    private let packages: [FirmwarePackage]
    private var limits: Limits
    private var problems: [String] = []

    /// - Parameter isUpdate: whether what was known of the networks is forgotten.
    init(folder: String, cores: [Core], isUpdate: Bool) throws {
        self.cores = cores
        self.folder = "\(folder)/.build/networks"
        limits = try Limits("\(folder)/network-limits.txt", isUpdate: isUpdate)
        cases = try CheckedNetwork.all()
        exports = try cases.map { try $0.export() }
        packages = try FirmwarePackage.write(exports, to: self.folder)
        try Self.addInterfaceCheck(from: folder, to: self.folder)
    }

    /// A program of its own that calls the C interface of the last network rightly and wrongly.
    private static func addInterfaceCheck(from source: String, to folder: String) throws {
        let name = "Sources/CheckInterface/main.c"
        guard let code = FileManager.default.contents(atPath: "\(source)/\(name)"),
            let manifest = FileManager.default.contents(atPath: "\(folder)/Package.swift")
        else { throw CheckError("cannot read \(source)/\(name)") }
        let target = #"        .executableTarget(name: "CheckInterface", dependencies: ["Board", "Demo", "DemoData"]),"#
        let writer = FolderWriter(folder)
        try writer.write(
            name,
            String(decoding: code, as: UTF8.self).replacing("sapool", with: "demo").replacing("SAPOOL", with: "DEMO"))
        try writer.write(
            "Package.swift",
            String(decoding: manifest, as: UTF8.self).replacing("\n    ]\n)\n", with: "\n\(target)\n    ]\n)\n"))
    }

    mutating func run(isUpdate: Bool) throws {
        let expected = zip(cases, exports).map { one, export in
            let executor = HostExecutor(export.program)
            return one.images().map { DeviceAnswer(executor.run($0), executor) }
        }
        guard Emulator.isInstalled else {
            return print("firmware: skipped whole networks on emulated cores: qemu-system-arm is missing")
        }
        print("network        core  instructions  estimated cycles    arena     flash  stack  state")
        for core in cores {
            for (index, package) in packages.enumerated() {
                let emulator = try Emulator(package, core: core, sources: folder, builds: folder)
                // The first builds the programs of all.
                if index == 0 { try emulator.build(everything: true) }
                let run = try emulator.run(cases[index].images())
                look(at: run, package, core, expected[index])
                compare(run, exports[index], core)
            }
        }
        if let core = cores.first { try refuse(core) }
        if isUpdate { try limits.write() }
        for problem in problems { FileHandle.standardError.write(Data("firmware: \(problem)\n".utf8)) }
        guard problems.isEmpty || isUpdate else {
            throw CheckError("\(problems.count) of the checks on whole networks failed")
        }
    }

    private mutating func look(
        at run: EmulatedRun, _ package: FirmwarePackage, _ core: Core, _ expected: [DeviceAnswer]
    ) {
        let (plan, who) = (package.description, "\(package.description.name) on \(core.rawValue)")
        for (index, (inference, answer)) in zip(run.inferences, expected).enumerated() {
            if inference.answer != answer {
                problems.append("\(who) computes \(inference.answer) for image \(index), the host \(answer)")
            }
            if Set(answer.numbers).count < 4 {
                problems.append("\(who): \(answer) says nothing: change the made-up numbers")
            }
            if inference.arenaLowest != plan.arenaLowest || inference.arenaHighest != plan.arenaHighest {
                problems.append(
                    "\(who) writes bytes \(inference.arenaLowest) to \(inference.arenaHighest) of its arena, and plans \(plan.arenaLowest) "
                        + "to \(plan.arenaHighest)")
            }
            if let stray = inference.stray {
                problems.append("\(who) writes to 0x\(String(stray, radix: 16)), outside of its RAM")
            }
            if inference.stackBytes > plan.stackBytes {
                problems.append("\(who) takes \(inference.stackBytes) bytes of stack")
            }
            let sum = inference.layerInstructions.reduce(0, +)
            if sum > inference.instructions || sum < inference.instructions * 9 / 10 {
                problems.append("\(who): layers sum up to \(sum) of \(inference.instructions) instructions")
            }
            let cycles = inference.layerEstimatedCycles.reduce(0, +)
            if cycles > inference.estimatedCycles || cycles < inference.estimatedCycles * 9 / 10 {
                problems.append("\(who): layers sum up to \(cycles) of \(inference.estimatedCycles) estimated cycles")
            }
        }
        guard let inference = run.inferences.max(by: { $0.instructions < $1.instructions }) else { return }
        func column(_ value: Int, _ width: Int) -> String {
            String(repeating: " ", count: max(1, width - "\(value)".count)) + "\(value)"
        }
        print(
            plan.name.padding(toLength: 14, withPad: " ", startingAt: 0) + " "
                + core.rawValue.padding(toLength: 4, withPad: " ", startingAt: 0)
                + column(inference.instructions, 14) + column(inference.estimatedCycles, 18)
                + column(plan.arenaBytes, 9) + column(run.flashBytes, 10)
                + column(inference.stackBytes, 7) + column(run.stateBytes, 7))
        problems += limits.check(
            plan.name, core.rawValue,
            Limits.Figures(
                instructions: inference.instructions, estimatedCycles: inference.estimatedCycles,
                arena: plan.arenaBytes, flash: run.flashBytes, stack: inference.stackBytes))
    }

    /// What `sapool plan` says is what links: within 2 % or 1 KiB.
    private mutating func compare(_ run: EmulatedRun, _ export: FirmwareExport, _ core: Core) {
        let program = export.program
        let planned = Footprint(program.plan, core: core)
        for (what, planned, linked) in [
            ("flash", planned.flashBytes, run.flashBytes), ("SRAM", planned.sramBytes, run.sramBytes),
        ] where abs(planned - linked) > max(1024, linked / 50) {
            problems.append(
                "\(program.model.network.name) takes \(linked) bytes of \(what) on \(core.rawValue), and \(planned) are planned: "
                    + "measure again (Firmware/measure)")
        }
    }

    // MARK: - Refusals

    /// Damaged weights, and too little RAM.
    private mutating func refuse(_ core: Core) throws {
        let (package, one) = (packages[packages.count - 1], cases[cases.count - 1])
        let emulator = try Emulator(package, core: core, sources: folder, builds: folder)
        let damages: [(what: String, offset: Int, status: Int)] = [
            ("no magic", 0, -1), ("another version", 4, -2), ("another network", 16, -3),
            ("another image size", 20, -5),
            ("a damaged check sum", 13, -4), ("a damaged weight", package.description.weightsBytes / 2, -4),
            ("a damaged last byte", package.description.weightsBytes - 17, -4),
        ]
        for damage in damages {
            let answer = try emulator.answer(to: one.images(), damaging: damage.offset)
            if answer != "\(package.description.name)_init \(damage.status)\n" {
                problems.append(
                    "weights with \(damage.what) are answered with \"\(answer)\" and not refused with \(damage.status)")
            }
        }
        let complaints = try emulator.output(of: "CheckInterface")
        if !complaints.isEmpty { problems.append("the C interface answers wrongly on \(core.rawValue): \(complaints)") }
        let script = "\(folder)/Boards/\(core.rawValue).ld"
        let text = try String(contentsOfFile: script, encoding: .utf8)
        let description = package.description
        let needed = description.arenaBytes + description.columnBytes + description.stackBytes
        let short = text.replacing(/LENGTH = \d+\n}/) { _ in "LENGTH = \(needed - 1)\n}" }
        try Data(short.utf8).write(to: URL(fileURLWithPath: script))
        defer { try? Data(text.utf8).write(to: URL(fileURLWithPath: script)) }
        do {
            try emulator.relink()
            problems.append("an image that needs more than \(needed - 1) bytes of RAM links with them")
        } catch let error as DeploymentError {
            if !error.description.contains("will not fit in region 'RAM'") {
                problems.append("linking with too little RAM says: \(error)")
            }
        }
    }
}
