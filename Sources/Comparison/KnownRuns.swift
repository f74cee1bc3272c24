import Foundation
import SwiftCSV
import Training

/// Runs that were done before, on this machine or another, as `epochs.csv` of a comparison tells them.
///
/// A run's folder holds far more than what a report needs of it. With its epochs in a table, a comparison goes on where the folders are
/// gone: what the table has whole is reported with the rest and not trained again.
public struct KnownRuns: Sendable {
    private var runs: [Key: [EpochMetrics]] = [:]

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
        let (header, lines) = try ResultTable.parse(csv, source)
        let needed = ["cell", "settings", "seed", "epoch", "train_loss", "train_accuracy", "loss", "seconds"]
        for column in needed where !header.contains(column) {
            throw ComparisonError(
                "\(source) has no column \"\(column)\": give epochs.csv of a comparison, as this version writes it")
        }
        guard let score = ["accuracy", "map_50"].first(where: header.contains) else {
            throw ComparisonError("\(source) has no column \"accuracy\" or \"map_50\": give epochs.csv of a comparison")
        }
        for (index, line) in lines.enumerated() {
            let place = "\(source), line \(index + 2)"
            func number<Number: LosslessStringConvertible>(_ column: String, _ type: Number.Type) throws -> Number {
                guard let value = line[column].flatMap(Number.init) else {
                    throw ComparisonError("\(place): \(column) is no number")
                }
                return value
            }
            let key = Key(
                cell: line["cell"] ?? "", settings: line["settings"] ?? "", seed: try number("seed", UInt64.self))
            let metrics = EpochMetrics(
                epoch: try number("epoch", Int.self), step: 0, learningRate: 0,
                trainLoss: try number("train_loss", Double.self),
                trainAccuracy: try number("train_accuracy", Double.self), loss: try number("loss", Double.self),
                accuracy: try number(score, Double.self), meanAveragePrecision: line["map"].flatMap(Double.init),
                averagePrecisionAt75: line["map_75"].flatMap(Double.init), seconds: try number("seconds", Double.self),
                imagesPerSecond: 0)
            guard metrics.epoch == (runs[key]?.last?.epoch ?? 0) + 1 else {
                throw ComparisonError(
                    "\(place): a run's epochs have to follow each other from 1, and this is \(metrics.epoch)")
            }
            runs[key, default: []].append(metrics)
        }
    }

    /// What is known of a run of a comparison; empty where nothing is.
    func epochs(of cell: ComparisonRecipe.Cell, seed: UInt64) -> [EpochMetrics] {
        runs[Key(cell: cell.name, settings: cell.recipe.fingerprint, seed: seed)] ?? []
    }
}
