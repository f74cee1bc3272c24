import Comparison
import Fitting
import Foundation
import Planning
import Training

/// What is trained, and what came of it.
extension Reader {
    static func readRecipe(_ bytes: [UInt8]) throws {
        try check(Recipe(yaml: text(bytes), source: "recipe.yaml"))
    }

    static func readComparison(_ bytes: [UInt8]) throws {
        let comparison = try ComparisonRecipe(yaml: text(bytes), source: "comparison.yaml")
        for cell in comparison.cells.prefix(20) { try check(cell.recipe) }
    }

    static func readResults(_ bytes: [UInt8]) throws {
        let table = try ResultTable(csv: text(bytes), source: "results.csv", score: "accuracy", baseline: nil)
        _ = SummaryTable(table.summaries, scoreName: "accuracy", baseline: table.baseline).text
    }

    static func readSchedule(_ bytes: [UInt8]) throws {
        let path = Scratch.folder("schedule") + "/schedule.json"
        Scratch.write(bytes, to: path)
        let schedule = try FitSchedule(contentsOf: path)
        for core in Core.allCases {
            let budget = FitBudget(sram: 1 << 16, flash: 1 << 19, core: core)
            for entry in schedule.entries { _ = entry.candidate.excess(of: budget) }
        }
        Scratch.write(try schedule.json(), to: path)
        require(try FitSchedule(contentsOf: path) == schedule, "a schedule that its JSON form changes")
    }

    /// What a training does with a recipe before its first step, without data.
    private static func check(_ recipe: Recipe) throws {
        try recipe.validate()
        let schedule = LearningRateSchedule(recipe, stepsPerEpoch: 100)
        for step in [0, 1, 99, 100 * recipe.epochs - 1] {
            require(schedule.rate(at: step) >= 0, "a learning rate below 0")
        }
        require(try Recipe(yaml: recipe.yaml(), source: "again") == recipe, "a recipe that its YAML form changes")
        // A path ending in .json would be opened.
        if !recipe.network.hasSuffix(".json") { _ = try recipe.buildNetwork(input: [3, 32, 32], classes: 10) }
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
