import ArgumentParser
import CommandLineSupport
import Fitting
import Foundation
import Networks
import Planning
import Reporting
import Training

struct FitVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fit",
        abstract:
            "From labelled images and a device's memory to firmware: chooses, trains, quantises and proves a network.",
        discussion: """
            Looks at the images, finds networks that keep to the budget, trains a dozen of them for a short while and the better half of them \
            longer, the winner to the end, makes int8 and firmware of it, and runs both on images that nothing was chosen by. Where there are weights \
            that were learned on other images (Scripts/weights sets some up, --weights names others), a teacher is trained first; networks learn from \
            it, and the teacher itself, without most of its channels, competes with them. Documentation/Fit.md says more.

              sapool fit photos --sram 64K --flash 512K --hours 2 --output fit
              sapool fit photos --board nucleo-f446re --hours 1 --output fit --dry-run
              sapool fit fashion-mnist --sram 32K --flash 128K --output fit
              sapool fit photos --sram 256K --flash 2M --teacher runs/large --output fit

            It may be killed at any moment: the same command goes on, and ends with the same network and the same weights. What the clock decides is \
            decided once and written to schedule.json; --schedule has another fit do the same. The folder holds report.html, summary.json, report.txt, the \
            winner's run in run/, its package in firmware/, its library for C in library/, the teacher's run in teacher/ and every other training in rungs/.
            """)

    @Argument(help: ArgumentHelp("Name of a data set, or a folder of images.", valueName: "data"))
    var data: String
    @Option(
        help: ArgumentHelp("SRAM of the device, stack included: 64K.", valueName: "size"),
        transform: { try MemorySize.whole($0) })
    var sram: Int?
    @Option(
        help: ArgumentHelp("Flash of the device, for weights and code: 512K.", valueName: "size"),
        transform: { try MemorySize.whole($0) })
    var flash: Int?
    @Option(
        help: ArgumentHelp("A board to fit: \(Board.all.map(\.name).joined(separator: ", ")).", valueName: "name"))
    var board: String?
    @Option(
        help: ArgumentHelp("Most multiply-accumulates an image: 30M.", valueName: "number"),
        transform: { try WorkAmount.count($0, of: "multiply-accumulates") })
    var macs: Int?
    @Option(
        help: ArgumentHelp("Most estimated cycles an image, in place of --macs: 60M.", valueName: "number"),
        transform: { try WorkAmount.count($0, of: "cycles") })
    var cycles: Int?
    @Option(help: "The core: m4, m7, m33 or m55 (default: the board's, or m4).")
    var core: Core?
    @Option(help: "Hours for all of it, kept within 10 %.")
    var hours = 1.0
    @Option(help: ArgumentHelp("Where everything goes.", valueName: "folder"))
    var output: String
    @Option(help: "classification (the default) or detection.")
    var task: Recipe.TaskKind?
    @Option(help: ArgumentHelp("A run, or an imported network, of the same classes that teaches.", valueName: "folder"))
    var teacher: String?
    @Option(
        help: ArgumentHelp(
            "Weights that a teacher, or a detector's backbone, starts from (Documentation/Weights.md).",
            valueName: "file"))
    var weights: String?
    @Option(
        help: ArgumentHelp("The network that --weights are of (default: efficientnet-lite0).", valueName: "network"))
    var weightsNetwork: String?
    @Flag(name: .customLong("no-teacher"), help: "Train without a teacher, and without weights that are at hand.")
    var goesAlone = false
    @Option(help: ArgumentHelp("Keep the schedule of another fit, and ask no clock.", valueName: "schedule.json"))
    var schedule: String?
    @Flag(inversion: .prefixedNo, help: "Run the firmware on an emulated core, where there is an emulator.")
    var qemu = true
    @Flag(
        help: "Only show what would be done, and how long it takes. Times a few steps of each training; leaves nothing."
    )
    var dryRun = false
    @Option(help: "Seed of the split, weights, order, augmentation and noise.")
    var seed: UInt64 = 1
    @Option(help: "Threads that load images.")
    var workers = 2
    @OptionGroup var machine: MachineOptions
    @Flag(help: "Print what came out as JSON.")
    var json = false

    func validate() throws {
        guard (0...256).contains(workers) else { throw ValidationError("--workers \(workers): use 0 to 256.") }
        if weightsNetwork != nil, weights == nil {
            throw ValidationError(
                "--weights-network says what --weights are of: give --weights too, or leave it out.")
        }
        if macs != nil, cycles != nil { throw ValidationError("Give --macs or --cycles, not both.") }
        if board == nil, sram == nil {
            throw ValidationError("Give --sram and --flash, or --board: what has the device?")
        }
        if board == nil, flash == nil {
            throw ValidationError("A budget needs flash for weights and code: give --flash, or --board.")
        }
    }

    func run() throws {
        let fit = try Fitting.Fit(options(), folder: FitFolder(output), schedule: schedule)
        var training = TrainerOptions()
        training.device = try machine.apply()
        training.workers = workers
        let stop = StopFlag()
        let sources = stop.listen()
        let progress = FitProgress()
        try withExtendedLifetime(sources) {
            if dryRun {
                guard
                    let plan = try fit.dryRun(
                        training: training, shouldStop: { stop.isRaised }, report: progress.show)
                else { throw ExitCode(130) }
                progress.end()
                print(json ? String(decoding: try plan.schedule.json(), as: UTF8.self) : plan.text)
                return
            }
            guard
                let summary = try fit.run(training: training, shouldStop: { stop.isRaised }, report: progress.show)
            else {
                note("stopped; the same command goes on")
                throw ExitCode(130)
            }
            progress.end()
            if json {
                print(String(decoding: try summary.json(), as: UTF8.self))
            } else {
                print(
                    "\(summary.text)\n\npage: \(summary.page), firmware: \(summary.firmware), run: \(summary.run), all of this: \(output)/report.txt"
                )
            }
        }
    }

    private func options() throws -> FitOptions {
        let known = try board.map(PlanningOptions.named)
        if let core, let known, core != known.core {
            throw ValidationError(
                "--core \(core.rawValue) contradicts --board \(known.name), which has a \(known.core.name): leave one of them out."
            )
        }
        // Less than a board has is a part of it that is left to the network.
        for (option, given, value) in [("--sram", sram, known?.sram), ("--flash", flash, known?.flash)] {
            guard let given, let value, given > value else { continue }
            throw ValidationError(
                "\(option) \(ByteSize.text(given)) is more than --board \(known?.name ?? "") has (\(ByteSize.text(value))): leave one of them out."
            )
        }
        var budget = FitBudget(
            sram: sram ?? known?.sram ?? 0, flash: flash ?? known?.flash ?? 0,
            core: core ?? known?.core ?? .cortexM4, megahertz: known?.megahertz)
        (budget.multiplyAccumulates, budget.cycles) = (macs, cycles)
        var options = FitOptions(data: data, budget: budget)
        (options.task, options.hours, options.seed) = (task, hours, seed)
        (options.teacher, options.weights) = (teacher, weights)
        if let weightsNetwork { options.weightsNetwork = weightsNetwork }
        (options.goesAlone, options.emulates) = (goesAlone, qemu)
        return options
    }
}
