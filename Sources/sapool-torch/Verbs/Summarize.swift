import ArgumentParser
import CommandLineSupport
import Comparison

struct Summarize: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Means, intervals and paired differences from a table of runs.",
        usage: "sapool summarize [<options>] <table>",
        discussion: """
            Reads results.csv of sapool compare, or any table of comma-separated values with the columns cell, seed and a score, a run a \
            line. Each score is the mean over the seeds, ± half its 95 % interval (Student); differences are paired by seed, \
            with a * where the interval leaves zero out. Where a cell's runs differ in peak_sram_bytes, macs or parameters, the largest \
            is shown. Runs that are not finished are left out.

              sapool summarize Experiments/results/cifar-mild.csv --baseline average
              sapool summarize Experiments/results/bccd-test.csv --score map_50 --markdown
              sapool summarize Experiments/results/imagenette.csv \\
                  --baseline self-attentive --holm \\
                  --claim 1.2
            """)

    @Argument(help: "The table, as CSV.")
    var table: String
    @Option(help: ArgumentHelp("The cell that others are compared with (default: the first).", valueName: "cell"))
    var baseline: String?
    @Option(help: ArgumentHelp("The column to average; it holds shares from 0 to 1.", valueName: "column"))
    var score = "accuracy"
    @Flag(
        help:
            "Show how likely each difference is by chance: the paired t-test, corrected for all cells by Holm's method."
    )
    var holm = false
    @Option(
        help: ArgumentHelp(
            "Decide whether the baseline is better than every other cell by as many points (Documentation/Decision.md).",
            valueName: "points"))
    var claim: Double?
    @Flag(help: "Print a table in Markdown.")
    var markdown = false
    @Flag(help: "Print the cells' results as JSON.")
    var json = false

    func validate() throws {
        if let claim, !(claim > 0 && claim <= 100) {
            throw ValidationError("--claim \(claim): use points above 0, at most 100.")
        }
        if markdown, json { throw ValidationError("Use --markdown or --json, not both.") }
    }

    func run() throws {
        let results = try ResultTable(contentsOf: table, score: score, baseline: baseline)
        if results.unfinished > 0 { note("runs left out because they are not finished: \(results.unfinished)") }
        let verdict = try claim.map {
            try ClaimVerdict(results.summaries, about: results.baseline, claim: $0 / 100)
        }
        if json {
            guard let verdict else { return try printJSON(results.summaries) }
            return try printJSON(verdict)
        }
        let table = SummaryTable(
            results.summaries, scoreName: score, baseline: results.baseline, showsPValues: holm
        ).text
        print(markdown ? table.markdown : "\(table)")
        if let verdict { print("\n\(verdict.text)") }
    }
}
