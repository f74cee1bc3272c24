import Foundation
import Reporting
import Training

/// Runs that were done before, on this machine or another, as `epochs.csv` of a comparison tells them.
///
/// A run's folder holds far more than what a report needs of it. With its epochs in a table, a comparison goes on where the folders are
/// gone: what the table has whole is reported with the rest and not trained again.
public struct KnownRuns: Sendable {
    private var runs: [Key: [EpochMetrics]] = [:]
    /// The file's name, for messages.
    private var source = ""

    private struct Key: Hashable {
        let cell: String
        let settings: String
        let seed: UInt64
    }

    /// None.
    public init() {}

    /// Reads a table.
    ///
    /// - Throws: `ComparisonError`: one sentence that says what is wrong and where.
    public init(contentsOf path: String) throws {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw ComparisonError("\(path) cannot be read: give epochs.csv of a comparison")
        }
        try self.init(csv: text, source: path)
    }

    /// Reads a table from text.
    ///
    /// - Parameter source: the file's name, for messages.
    public init(csv: String, source: String) throws {
        self.source = source
        let needed = ["cell", "settings", "seed", "epoch", "train_loss", "train_accuracy", "loss", "seconds"]
        let table = try CSVTable(csv, source: source) { header throws(ComparisonError) in
            for column in needed where !header.contains(column) {
                throw ComparisonError(
                    "\(source) has no column \"\(column)\": give epochs.csv of a comparison, as this version writes it")
            }
        }
        guard let score = ["accuracy", "map_50"].first(where: table.header.contains) else {
            throw ComparisonError("\(source) has no column \"accuracy\" or \"map_50\": give epochs.csv of a comparison")
        }
        for row in table.rows {
            let place = "\(source), line \(row.line)"
            func given<Number: LosslessStringConvertible>(_ column: String, _ type: Number.Type) throws -> Number? {
                guard let text = row[column] else { return nil }
                guard let value = Number(text) else { throw ComparisonError("\(place): \(column) is no number") }
                return value
            }
            func number<Number: LosslessStringConvertible>(_ column: String, _ type: Number.Type) throws -> Number {
                guard let value = try given(column, type) else {
                    throw ComparisonError("\(place): \(column) is no number")
                }
                return value
            }
            let key = Key(
                cell: row["cell"] ?? "", settings: row["settings"] ?? "", seed: try number("seed", UInt64.self))
            let metrics = EpochMetrics(
                epoch: try number("epoch", Int.self), step: 0, learningRate: 0,
                trainLoss: try number("train_loss", Double.self),
                trainAccuracy: try number("train_accuracy", Double.self), loss: try number("loss", Double.self),
                accuracy: try number(score, Double.self), meanAveragePrecision: try given("map", Double.self),
                averagePrecisionAt75: try given("map_75", Double.self), seconds: try number("seconds", Double.self),
                imagesPerSecond: 0)
            if let impossibility = metrics.impossibility(scoreKey: score) {
                throw ComparisonError("\(place): \(impossibility): give epochs.csv of a comparison, as it was written")
            }
            guard metrics.epoch == (runs[key]?.last?.epoch ?? 0) + 1 else {
                throw ComparisonError(
                    "\(place): a run's epochs have to follow each other from 1, and this is \(metrics.epoch)")
            }
            runs[key, default: []].append(metrics)
        }
    }

    /// How many runs the table has.
    var count: Int { runs.count }

    /// How many of some runs the table has to their end.
    ///
    /// - Throws: `ComparisonError` where it has none of them, or more epochs of one than its recipe.
    func count(among wanted: [ComparisonRun]) throws -> Int {
        for run in wanted {
            let epochs = epochs(of: run.cell, seed: run.seed).count
            guard epochs <= run.recipe.epochs else {
                throw ComparisonError(
                    "\(source) has \(counted(epochs, "epoch")) of cell \"\(run.cell.name)\", seed \(run.seed), and the "
                        + "recipe has \(run.recipe.epochs): give epochs.csv of this comparison")
            }
        }
        let known = wanted.count { $0.isKnown }
        guard known > 0 else {
            throw ComparisonError(
                "\(source) has no run of this comparison to its end (\(counted(count, "run")) of others): cells, "
                    + "settings and seeds have to be the same; give its own epochs.csv, or leave --known out")
        }
        return known
    }

    /// What is known of a run of a comparison; empty where nothing is.
    func epochs(of cell: ComparisonRecipe.Cell, seed: UInt64) -> [EpochMetrics] {
        runs[Key(cell: cell.name, settings: cell.recipe.fingerprint, seed: seed)] ?? []
    }
}
