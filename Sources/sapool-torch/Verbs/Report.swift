import ArgumentParser
import CommandLineSupport
import Files
import Foundation
import Planning
import Reporting
import RunReports
import Training

struct Report: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes a page about a run: scores, mistakes, memory, int8, and what to try next.",
        discussion: """
            One file that opens in any browser, without a network: learning curves, what is taken for what, precision and recall of each class, \
            calibration, the surest mistakes, where the network looks, the arena over time, the cost of each layer, int8 against float, and the \
            figures of a device package. Images are what the run held out, else the test split, as sapool evaluate takes them. An int8 model and \
            a device package of it that lie in the run's folder are looked at as well.

              sapool report runs/a
              sapool report runs/a --sram 64K --flash 512K --output page.html
              sapool report runs/a --data photos2 --split test
              sapool report runs/a --firmware firmware --qemu
              sapool report runs/a --json

            Documentation/Report.md explains the page.
            """)

    @Argument(help: ArgumentHelp("The run's folder.", valueName: "run"))
    var folder: String
    @Option(help: ArgumentHelp("Where the page goes (default: report.html in the run's folder).", valueName: "file"))
    var output: String?
    @Option(help: "Name of a data set, or a folder (default: what the run was trained on).")
    var data: String?
    @Option(help: "train, validation, test or held-out (what the run held out of its training images).")
    var split: EvaluationPart?
    @OptionGroup var chosen: WeightsOptions
    @Option(help: ArgumentHelp("Another int8 model than the run's own.", valueName: "file"))
    var int8Model: String?
    @Option(
        help: ArgumentHelp(
            "A device package (default: one of this int8 model in RUN/firmware, RUN-firmware or firmware beside the run).",
            valueName: "folder"))
    var firmware: String?
    @Flag(help: "Build the package, run images on an emulated core, and report instructions, stack and time.")
    var qemu = false
    @Option(
        help: ArgumentHelp("SRAM there is, in bytes or as 256K (default: the device package's).", valueName: "size"),
        transform: { try MemorySize.whole($0) })
    var sram: Int?
    @Option(
        help: ArgumentHelp("Flash there is, in bytes or as 512K (default: the device package's).", valueName: "size"),
        transform: { try MemorySize.whole($0) })
    var flash: Int?
    @Option(help: "How many of its mistakes are shown.")
    var mistakes = 12
    @Option(help: "How many images it is shown where the network looks.")
    var looks = 4
    @Option(help: "Images at a time.")
    var batchSize = 128
    @Option(help: "Threads that load images.")
    var workers = 2
    @Flag(help: "Leave broken images out instead of stopping.")
    var skipBadImages = false
    @OptionGroup var machine: MachineOptions
    @Flag(help: "Also print the numbers as JSON.")
    var json = false

    private struct Written: Encodable {
        let page: String
        let report: RunReport.Record
    }

    func validate() throws {
        guard (1...65_536).contains(batchSize) else {
            throw ValidationError("--batch-size \(batchSize): use 1 to 65536.")
        }
        guard (0...256).contains(workers) else { throw ValidationError("--workers \(workers): use 0 to 256.") }
        guard (0...60).contains(mistakes) else { throw ValidationError("--mistakes \(mistakes): use 0 to 60.") }
        guard (0...20).contains(looks) else { throw ValidationError("--looks \(looks): use 0 to 20.") }
    }

    func run() throws {
        var options = RunReport.Options()
        options.device = try machine.apply()
        (options.data, options.part, options.weights) = (data, split, chosen.weights)
        (options.int8Model, options.firmware, options.emulates) = (int8Model, firmware, qemu)
        options.budget = Budget(sram: sram, flash: flash)
        (options.mistakes, options.looks) = (mistakes, looks)
        (options.batchSize, options.workers, options.skipsBadImages) = (batchSize, workers, skipBadImages)
        let run = RunFolder(folder)
        try RunFiles.checkOutput(output)
        let line = ProgressLine()
        let report = try RunReport(run, options) { progress in
            switch progress {
            case .stage(let text): line.begin(text)
            case .images(let done, let all): line.advance(done, of: all)
            }
        }
        line.end()
        for skipped in report.skippedImages {
            note("left out: \(skipped.location): \(skipped.reason)".printableName)
        }
        let path = try report.write(to: output)
        let record = report.record
        if json { return try printJSON(Written(page: path, report: record)) }
        print(
            "\(record.score_name) \(percent(record.score))" + (record.int8_score.map { ", int8 \(percent($0))" } ?? "")
                + "  on \(counted(record.images, "image")) of the \(record.split) split")
        for advice in record.advice { print("next: \(advice.title)".printableName) }
        print("\(path.printableName)")
    }
}
