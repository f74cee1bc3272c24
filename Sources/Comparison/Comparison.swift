import Foundation
import Training

/// A comparison in its folder: which runs there are, which are done, and what came out.
///
/// Runs are done one after the other, every cell with the first seed, then with the second …, so that an unfinished comparison already
/// says something of every cell. It may be killed at any time and started again: finished runs are skipped, the one in progress goes on
/// from its last checkpoint.
public final class Comparison {
    public let recipe: ComparisonRecipe
    public let folder: String
    public let runs: [ComparisonRun]
    /// By the cells' names.
    public let costs: [String: CellCost]
    /// How many of the runs a table has to their end, and how many it has in all; nil without a table.
    public let known: (used: Int, all: Int)?

    /// What happens, for whoever shows it.
    public enum Event: Sendable {
        /// A run begins or goes on: its place in the queue of those that were not done, and that queue's length.
        case run(ComparisonRun, number: Int, of: Int)
        case training(TrainingEvent)
    }

    /// Checks every cell before any is trained; nothing is written.
    ///
    /// - Parameter known: runs that need no training, since a table has what they came to.
    /// - Throws: an error that names the cell that cannot be trained.
    ///   `ComparisonError` where the table has none of them.
    public init(_ recipe: ComparisonRecipe, folder: String, known: KnownRuns? = nil) throws {
        self.recipe = recipe
        self.folder = folder
        let runs = recipe.seeds.flatMap { seed in
            recipe.cells.map { ComparisonRun($0, seed: seed, in: folder, known: known ?? KnownRuns()) }
        }
        self.runs = runs
        self.known = try known.map { (try $0.count(among: runs), $0.count) }
        costs = try CellCost.all(of: recipe.cells)
    }

    /// Trains what is not done yet, and writes the results after every run.
    ///
    /// - Returns: false where `shouldStop` ended it earlier.
    /// - Throws: where another process works in the folder, or a run fails; the error names the run.
    public func train(
        options: TrainerOptions, shouldStop: @escaping () -> Bool, report: @escaping (Event) -> Void
    ) throws -> Bool {
        try RunFolder(folder).create()
        let lock = try FolderLock(folder, work: "compares")
        defer { withExtendedLifetime(lock) {} }
        var options = options
        options.resume = true
        let queue = try runs.filter { try !$0.isFinished() }
        try ComparisonReport(self).write()
        for (index, run) in queue.enumerated() {
            report(.run(run, number: index + 1, of: queue.count))
            do {
                let trainer = try Trainer(
                    run.recipe, run: run.folder, options: options, shouldStop: shouldStop,
                    report: { report(.training($0)) })
                guard try trainer.train() != nil else { return false }
                guard try run.isFinished() else {
                    throw TrainingError(
                        "\(run.folder.path) does not hold what it was trained to: move this folder away, and the same "
                            + "command trains it anew"
                    )
                }
            } catch {
                throw TrainingError("cell \"\(run.cell.name)\", seed \(run.seed): \(error)")
            }
            try ComparisonReport(self).write()
            if shouldStop() { return index + 1 == queue.count }
        }
        return true
    }
}
