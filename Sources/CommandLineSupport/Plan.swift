import ArgumentParser
import Planning
import Reporting

/// `sapool plan`: what a network costs.
package struct Plan: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Tells what a network costs on a microcontroller, before a single epoch.",
        discussion: """
            Shapes, multiply-accumulates, parameters, and the int8 arena with every buffer's place. A budget is answered with a verdict and \
            exit status 1 where the network does not fit.

              sapool plan mobilenet_v2-skip-1222121 --resolution 96 --width 0.35
              sapool plan 'mobilenet-v2(pool=self-attentive(heads=4))' \\
                  --resolution 96 --width 0.35 --sram 128K --flash 1M
              sapool plan net.json --svg arena.svg --json
            """)

    @OptionGroup var options: NetworkOptions
    @Option(
        help: ArgumentHelp("SRAM there is, in bytes or as 256K, 1M.", valueName: "size"),
        transform: { try ByteSize.parse($0) })
    var sram: Int?
    @Option(
        help: ArgumentHelp("Flash there is, in bytes or as 512K, 1M.", valueName: "size"),
        transform: { try ByteSize.parse($0) })
    var flash: Int?
    @Option(help: ArgumentHelp("Draw the arena over time.", valueName: "file"))
    var svg: String?
    @Flag(help: "Print the plan as JSON (Documentation/PlanFormat.md).")
    var json = false

    package init() {}

    package func run() throws {
        let report = try PlanReport(
            options.network(), width: options.builtWidth(), budget: Budget(sram: sram, flash: flash))
        if let svg { try ArenaDrawing(report).picture().write(to: svg) }
        if json { try printJSON(report) } else { print(report.text()) }
        let verdicts = [report.fits?.sram, report.fits?.flash].compactMap { $0 }
        if verdicts.contains(where: { !$0.fits }) { throw ExitCode(1) }
    }
}
