import Files
import Foundation
import Interchange
import Reporting
import Training

/// What a comparison came to so far: tables, charts, and the files that hold them.
public struct ComparisonReport {
    /// One a cell, in the recipe's order.
    public let summaries: [CellSummary]
    let comparison: Comparison
    let results: ComparisonResults

    /// Reads what the runs have written.
    ///
    /// - Throws: `TrainingError` where a run's metrics are damaged.
    public init(_ comparison: Comparison) throws {
        self.comparison = comparison
        let results = try ComparisonResults(comparison.runs)
        self.results = results
        summaries = results.summaries(comparison.recipe, costs: comparison.costs)
    }

    /// How many runs are done, of how many.
    public var progress: (done: Int, all: Int) {
        (results.results.count { $0.isFinished }, comparison.runs.count)
    }

    /// Writes `results.csv`, `epochs.csv`, `accuracy.svg`, `learning-curves.svg` and `report.html`, each at once.
    public func write() throws {
        let files = [
            ("results.csv", runsCSV), ("epochs.csv", epochsCSV), ("summary.csv", summaryCSV),
            ("accuracy.svg", accuracyChart.svg().description),
            ("learning-curves.svg", learningCurves.svg().description),
            ("report.html", html()),
        ]
        for (name, text) in files {
            try AtomicFile.replace("\(comparison.folder)/\(name)") { try $0.append([UInt8](text.utf8)) }
        }
    }

    // MARK: - Tables

    /// A table for a terminal.
    public func text() -> String { "\(summaryTable.text)\n\n\(legend)" }

    var summaryTable: SummaryTable {
        SummaryTable(summaries, scoreName: scoreName, baseline: comparison.recipe.baseline)
    }

    /// What runs are compared by.
    var scoreName: String {
        let names = Set(comparison.recipe.cells.map(\.recipe.scoreName))
        return names.count == 1 ? names.first ?? "score" : "score"
    }

    /// The same at the start of a sentence.
    var scoreTitle: String { scoreName == Recipe.TaskKind.detection.scoreName ? scoreName : scoreName.capitalized }

    /// What scores are taken on, for people.
    private var evaluationImages: String {
        let names = Set(comparison.costs.values.map(\.evaluationPart.name))
        return names.count == 1 ? "the images of the \(names.first ?? "")" : "the evaluation images"
    }

    private var scoreExplanation: String {
        switch scoreName {
        case Recipe.TaskKind.classification.scoreName: "Accuracy: per cent of \(evaluationImages)"
        case Recipe.TaskKind.detection.scoreName:
            "mAP@0.50: mean average precision at an overlap of 0.50 as COCO defines it, per cent, on \(evaluationImages)"
        default: "Score: accuracy, or a detector's mAP@0.50, per cent, on \(evaluationImages)"
        }
    }

    /// The same for the headers of files.
    private var scoreKey: String { scoreName == Recipe.TaskKind.detection.scoreName ? "map_50" : "accuracy" }

    var legend: String {
        let baseline = comparison.recipe.baseline.map {
            " Differences are paired by seed against \"\($0)\"; * marks those whose interval leaves zero out."
        }
        return """
            \(scoreExplanation), after the last epoch, mean over seeds; ± is half the 95 % interval (Student). Best \
            epoch: chosen by looking at the images it is scored on, so it flatters.\(baseline ?? "") Peak SRAM: the int8 arena of \
            `sapool plan`, stripes where they help, image held.
            """
    }

    // MARK: - CSV

    private var runsCSV: String {
        let rows = results.results.map { result in
            let cost = comparison.costs[result.run.cell.name]
            return [
                result.run.cell.name, result.run.recipe.network, "\(result.run.seed)", "\(result.run.recipe.epochs)",
                "\(result.last.epoch)", "\(result.last.accuracy)", "\(result.last.loss)", "\(result.best.accuracy)",
                "\(result.best.epoch)", "\(result.last.trainAccuracy)",
                result.last.meanAveragePrecision.map { "\($0)" } ?? "",
                result.last.averagePrecisionAt75.map { "\($0)" } ?? "", "\(cost?.arenaBytes ?? 0)",
                "\(cost?.multiplyAccumulates ?? 0)", "\(cost?.parameters ?? 0)",
                String(format: "%.2f", result.metrics.reduce(0) { $0 + $1.seconds } / Double(result.metrics.count)),
                result.run.recipe.fingerprint,
            ]
        }
        let header = [
            "cell", "network", "seed", "epochs", "epochs_done", scoreKey, "loss", "best_epoch_\(scoreKey)",
            "best_epoch",
            "train_accuracy", "map", "map_75", "peak_sram_bytes", "macs", "parameters", "seconds_per_epoch",
            "settings",
        ]
        return CSVText.table([header] + rows)
    }

    private var epochsCSV: String {
        let rows = results.results.flatMap { result in
            result.metrics.map {
                [
                    result.run.cell.name, result.run.recipe.fingerprint, "\(result.run.seed)", "\($0.epoch)",
                    "\($0.trainLoss)", "\($0.trainAccuracy)", "\($0.loss)", "\($0.accuracy)",
                    $0.meanAveragePrecision.map { "\($0)" } ?? "", $0.averagePrecisionAt75.map { "\($0)" } ?? "",
                    String(format: "%.2f", $0.seconds),
                ]
            }
        }
        return CSVText.table(
            [
                [
                    "cell", "settings", "seed", "epoch", "train_loss", "train_accuracy", "loss", scoreKey, "map",
                    "map_75", "seconds",
                ]
            ] + rows)
    }

    private var summaryCSV: String {
        func text(_ value: (some Any)?) -> String { value.map { "\($0)" } ?? "" }
        let header = [
            "cell", "network", "runs", scoreKey, "\(scoreKey)_half_width_95", "best_epoch_\(scoreKey)",
            "difference_to_baseline",
            "difference_half_width_95", "peak_sram_bytes", "macs", "parameters", "seconds_per_epoch",
        ]
        return CSVText.table(
            [header]
                + summaries.map {
                    [
                        $0.cell, text($0.network), "\($0.runs)", text($0.accuracy), text($0.accuracyHalfWidth),
                        text($0.bestEpochAccuracy),
                        text($0.difference), text($0.differenceHalfWidth), text($0.arenaBytes),
                        text($0.multiplyAccumulates), text($0.parameters),
                        $0.secondsPerEpoch.map { String(format: "%.2f", $0) } ?? "",
                    ]
                })
    }

    // MARK: - Charts

    var accuracyChart: ScatterChart {
        ScatterChart(
            title: "\(scoreTitle) against memory", xLabel: "peak SRAM (int8 arena)",
            yLabel: "\(scoreName) after the last epoch, %",
            points: summaries.compactMap { summary in
                guard let accuracy = summary.accuracy, let bytes = summary.arenaBytes else { return nil }
                return ScatterChart.Point(
                    name: summary.cell, x: Double(bytes), y: accuracy * 100,
                    halfWidth: summary.accuracyHalfWidth.map { $0 * 100 })
            }, showsBytes: true)
    }

    /// Mean over seeds of each epoch's accuracy.
    var learningCurves: LineChart {
        var chart = LineChart(
            title: "Learning curves", xLabel: "epoch", yLabel: "\(scoreName) on \(evaluationImages), %",
            series: comparison.recipe.cells.map { cell in
                let byEpoch = Dictionary(grouping: results.epochs(cell.name), by: \.epoch)
                return LineChart.Series(
                    name: cell.name,
                    points: byEpoch.keys.sorted().map { epoch in
                        let values = byEpoch[epoch, default: []].map(\.accuracy)
                        return (Double(epoch), values.reduce(0, +) / Double(values.count) * 100)
                    })
            })
        chart.countsX = true
        return chart
    }
}
