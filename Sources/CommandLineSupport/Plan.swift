import ArgumentParser
import Files
import Networks
import Planning
import Reporting

/// `sapool plan`: what networks cost.
package struct Plan: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Tells what a network costs on a microcontroller, before a single epoch.",
        discussion: """
            Shapes, multiply-accumulates, parameters, and the int8 arena with every buffer's place. A budget is answered with a verdict and \
            exit status 1 where a network does not fit. Several networks are set side by side. Documentation/Memory.md says what is \
            counted. Cycles, and a time at a clock, are estimates by a table of instruction timings without wait states, and no \
            measurement.

              sapool plan mobilenet_v2-skip-1222121 --resolution 96 --width 0.35
              sapool plan mobilenet_v2-skip-1222121 --resolution 96 --width 0.35 \\
                  --stripes off
              sapool plan 'mobilenet-v2(pool=self-attentive(heads=4))' \\
                  --resolution 96 --width 0.35 --board nucleo-f446re --push-rows
              sapool plan mobilenet_v2-skip-1222121 mobilenet_v2-skip-2222121 \\
                  --svg profiles.svg
              sapool plan mobilenet_v2-skip-1222121 --resolution 96 --width 0.35 \\
                  --core m7 --clock 480M
              sapool plan net.json --svg arena.svg --json
            """)

    @Argument(
        help: ArgumentHelp(
            "The networks: names in either notation, paths of their JSON forms, or folders of sapool import or of runs.",
            valueName: "network"))
    var positional: [String] = []

    @Option(name: .customLong("network"), help: "The same, as an option.")
    var named: [String] = []

    @OptionGroup var details: NetworkDetails
    @OptionGroup var planning: PlanningOptions

    @Option(
        help: ArgumentHelp(
            "The core's clock, as 480M, for an estimate of time (default: the highest of --board).",
            valueName: "frequency"),
        transform: { try ClockRate.megahertz($0) })
    var clock: Double?

    @Option(
        help: ArgumentHelp(
            "Draw the arena over time; of several networks their memory side by side.", valueName: "file"))
    var svg: String?

    @Option(
        help: ArgumentHelp(
            "Write the network as the device computes it (batch normalisation folded, views gone), as JSON.",
            valueName: "file"))
    var lowered: String?

    @Flag(help: "Print the plan as JSON (Documentation/PlanFormat.md); of several networks a list of them.")
    var json = false

    package init() {}

    package func validate() throws {
        guard !positional.isEmpty || !named.isEmpty else {
            throw ValidationError("Name a network, for example mobilenet_v2-nlp_headfix2-1222121.")
        }
        guard positional.isEmpty || named.isEmpty else {
            throw ValidationError("Name networks once: as arguments or with --network.")
        }
        if lowered != nil, positional.count + named.count > 1 {
            throw ValidationError("--lowered writes one network: name only one.")
        }
    }

    package func run() throws {
        try RunFiles.checkOutput(svg)
        try RunFiles.checkOutput(lowered)
        let budget = try planning.budget()
        let reports = try (positional + named).map { name in
            let network = try details.network(named: name)
            if let lowered { try write(network.lowered().json(), to: lowered) }
            return try PlanReport(
                network, width: details.builtWidth(of: name), budget: budget, options: planning.planOptions,
                core: planning.estimatedCore(), megahertz: clock ?? planning.highestMegahertz())
        }
        if reports.count == 1 { try show(reports[0]) } else { try show(reports) }
        guard reports.allSatisfy({ $0.fits?.all != false }) else { throw ExitCode(1) }
    }

    private func show(_ report: PlanReport) throws {
        if let svg { try ArenaDrawing(report).picture().write(to: svg) }
        if json { try printJSON(report) } else { print(report.text()) }
    }

    private func show(_ reports: [PlanReport]) throws {
        if let svg { try ComparisonDrawing(reports).picture().write(to: svg) }
        if json { try printJSON(reports) } else { print(PlanComparison(reports).text()) }
    }
}

extension NetworkDetails {
    /// The width that a network has: of a MobileNet what its name or the option says; nil of others, and of a JSON
    /// form.
    package func builtWidth(of name: String) throws -> Double? {
        guard !Network.isJSONFile(name), Self.folderFile(name) == nil else { return nil }
        if ReferenceNotation.matches(name) {
            return try ReferenceNotation(name, width: width).backbone.multiplier
        }
        let family = try OwnNotation(name, width: width).family
        switch family {
        case let detector as SSD: return detector.backbone.multiplier
        case let detector as YOLOv3: return detector.backbone.multiplier
        default: return (family as? any Backbone)?.multiplier
        }
    }
}
