import Foundation
import Training

/// One training of a comparison: a cell with a seed.
public struct ComparisonRun: Sendable {
    public let cell: ComparisonRecipe.Cell
    public let seed: UInt64
    /// The settings, seed included.
    public let recipe: Recipe
    public let folder: RunFolder
    /// Its epochs as a table of another machine has them; empty where it has none.
    private let known: [EpochMetrics]

    init(_ cell: ComparisonRecipe.Cell, seed: UInt64, in folder: String, known: KnownRuns = KnownRuns()) {
        self.cell = cell
        self.seed = seed
        var recipe = cell.recipe
        recipe.seed = seed
        self.recipe = recipe
        self.folder = RunFolder("\(folder)/runs/\(Self.name(of: cell))/seed-\(seed)")
        self.known = known.epochs(of: cell, seed: seed)
    }

    /// Epochs done so far.
    ///
    /// - Throws: `TrainingError` where the run's metrics are damaged.
    public func metrics() throws -> [EpochMetrics] { isKnown ? known : try folder.epochMetrics() }

    /// Whether it is trained to its end.
    ///
    /// - Throws: `TrainingError` where the run's metrics are damaged.
    public func isFinished() throws -> Bool { try isKnown || folder.isFinished(epochs: recipe.epochs) }

    /// Whether a table has it to its end, so that it is not trained here.
    var isKnown: Bool { known.last?.epoch == recipe.epochs }

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
        return "\(readable.prefix(48))-\(cell.recipe.fingerprint)"
    }
}

extension Recipe {
    /// A few characters that change whenever a setting does, but for the seed.
    ///
    /// Made of what differs from the defaults, so that a setting that is new in sapool does not turn old runs into others; and of the
    /// data's name without its place, so that it is the same on another machine.
    var fingerprint: String {
        func settings(_ recipe: Recipe) -> [String: String] {
            var recipe = recipe
            recipe.seed = 0
            recipe.data = URL(fileURLWithPath: recipe.data).lastPathComponent
            guard let data = try? JSONEncoder().encode(recipe),
                let values = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
            else { return [:] }
            return values.compactMapValues { value in
                let options: JSONSerialization.WritingOptions = [.sortedKeys, .fragmentsAllowed]
                return (try? JSONSerialization.data(withJSONObject: value, options: options)).map {
                    String(decoding: $0, as: UTF8.self)
                }
            }
        }
        let defaults = settings(Recipe())
        let own = settings(self).filter { defaults[$0.key] != $0.value }
        let text = own.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\n" }.joined()
        // FNV-1a: short, and the same on every machine.
        let hash = text.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x0100_0000_01b3 }
        return String(String(hash, radix: 36).suffix(8))
    }
}
