import ArgumentParser
import CommandLineSupport
import Comparison
import Foundation
import Reporting
import Training

struct Compare: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Trains several networks with several seeds, and compares them fairly.",
        usage: "sapool compare [<options>] <recipe>",
        discussion: """
            The recipe is a training recipe with seeds, a baseline, and a matrix of values or cells of their own \
            (Documentation/Compare.md). Runs are done one after the other; what is done is skipped, and a comparison that was killed \
            goes on with the same command. The output folder holds report.html, accuracy.svg, learning-curves.svg, results.csv \
            (a line a run), summary.csv (a line a cell), epochs.csv, and each run in runs/.

              sapool compare Experiments/quick.yaml --output runs/quick
              sapool compare Experiments/quick.yaml --output runs/quick --dry-run
              sapool compare Experiments/quick.yaml --output runs/quick \\
                  --report-only --json
              sapool compare Experiments/imagenette.yaml --data photos/imagenette \\
                  --known Experiments/results/imagenette-epochs.csv
            """)

    @Argument(help: "The comparison in YAML.")
    var recipe: String
    @Option(help: ArgumentHelp("Where runs and results go (default: runs/NAME-OF-THE-RECIPE).", valueName: "folder"))
    var output: String?
    @Option(help: ArgumentHelp("The data for all cells, in place of the recipe's: a data set's name, or a folder."))
    var data: String?
    @Option(
        help: ArgumentHelp(
            "epochs.csv of the same comparison: runs that it has to their end are reported and not trained.",
            valueName: "csv"))
    var known: String?
    @Flag(help: "Only list what would run, and what each network costs.")
    var dryRun = false
    @Flag(help: "Only write the report of what is done.")
    var reportOnly = false
    @Option(help: "Threads that load images.")
    var workers: Int?
    @Flag(help: "Write after every epoch how far attention is from even, and pooling from averaging: attention.jsonl.")
    var logAttention = false
    @OptionGroup var machine: MachineOptions
    @Flag(help: "Print the cells' results as JSON.")
    var json = false

    func validate() throws {
        if dryRun, reportOnly { throw ValidationError("Use --dry-run or --report-only, not both.") }
        if let workers, !(0...256).contains(workers) { throw ValidationError("--workers \(workers): use 0 to 256.") }
    }

    func run() throws {
        var options = TrainerOptions()
        options.device = try machine.apply()
        if let workers { options.workers = workers }
        options.logsAttention = logAttention
        let name = URL(fileURLWithPath: recipe).deletingPathExtension().lastPathComponent
        let folder = output ?? "runs/\(name)"
        var comparisonRecipe = try ComparisonRecipe(contentsOf: recipe)
        if let data {
            for index in comparisonRecipe.cells.indices { comparisonRecipe.cells[index].recipe.data = data }
        }
        let comparison = try Comparison(
            comparisonRecipe, folder: folder, known: known.map { try KnownRuns(contentsOf: $0) })
        if let known, let (used, all) = comparison.known {
            note("\(used) of \(counted(all, "run")) of \(known) are of this comparison".printableName)
        }
        if dryRun { return try show(comparison) }
        if reportOnly {
            guard FileManager.default.fileExists(atPath: folder) else {
                throw TrainingError("\(folder) does not exist: compare first, or name the folder with --output")
            }
            try ComparisonReport(comparison).write()
            return try show(comparison)
        }
        let stop = StopFlag()
        let sources = stop.listen()
        let progress = TrainingProgress()
        let isFinished = try withExtendedLifetime(sources) {
            try comparison.train(options: options, shouldStop: { stop.isRaised }) { event in
                switch event {
                case .run(let run, let number, let count):
                    note("\n[\(number)/\(count)] \(run.cell.name), seed \(run.seed)")
                case .training(let event): progress.show(event)
                }
            }
        }
        guard isFinished else {
            note("stopped; the same command goes on")
            throw ExitCode(130)
        }
        try show(comparison)
        if !json { print("\nreport: \(folder)/report.html") }
    }

    private func show(_ comparison: Comparison) throws {
        let report = try ComparisonReport(comparison)
        if json { return try printJSON(report.summaries) }
        print(report.text())
        let (done, all) = report.progress
        print("\n\(done) of \(counted(all, "run is", "runs are")) done.")
    }
}
