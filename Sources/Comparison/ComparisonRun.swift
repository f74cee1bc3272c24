import Foundation
import Training

/// One training of a comparison: a cell with a seed.
public struct ComparisonRun: Sendable {
    public let cell: ComparisonRecipe.Cell
    public let seed: UInt64
    /// The settings, seed included.
    public let recipe: Recipe
    public let folder: RunFolder

    init(_ cell: ComparisonRecipe.Cell, seed: UInt64, in folder: String) {
        self.cell = cell
        self.seed = seed
        var recipe = cell.recipe
        recipe.seed = seed
        self.recipe = recipe
        self.folder = RunFolder("\(folder)/runs/\(Self.name(of: cell))/seed-\(seed)")
    }

    /// Epochs done so far.
    public var metrics: [EpochMetrics] { folder.epochMetrics() }

    /// Whether it is trained to its end.
    public var isFinished: Bool { metrics.last.map { $0.epoch >= recipe.epochs } ?? false }

    /// A folder's name that people can read, and that changes whenever a setting does: done is what was done with these very settings.
    private static func name(of cell: ComparisonRecipe.Cell) -> String {
        var readable = ""
        for character in cell.name.lowercased() {
            if character.isASCII, character.isLetter || character.isNumber {
                readable.append(character)
            } else if !readable.isEmpty, readable.last != "-" {
                readable.append("-")
            }
        }
        while readable.last == "-" { readable.removeLast() }
        var recipe = cell.recipe
        recipe.seed = 0
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let settings = (try? encoder.encode(recipe)) ?? Data()
        // FNV-1a: short, and the same on every machine.
        let hash = settings.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x0100_0000_01b3 }
        return "\(readable.prefix(48))-\(String(hash, radix: 36).suffix(8))"
    }
}
