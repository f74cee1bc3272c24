import Foundation
import Training
import Yams

/// What is compared with what: cells, each trained with every seed.
///
/// Settings of a training recipe hold for all cells. `matrix` makes a cell of every combination of its values, which take the place of
/// `{NAME}` in the settings; `cells` adds single ones, with settings of their own.
///
/// ```yaml
/// data: fashion-mnist
/// epochs: 3
/// seeds: [1, 2, 3]
/// baseline: average
/// network: plain-cnn(channels=16-32, strides=42, pool={pool})
/// matrix:
///   pool:
///     average: average
///     attention: self-attentive(patch=2, restoration=subpixel)
/// ```
public struct ComparisonRecipe: Sendable {
    /// Heading of the report.
    public var title: String
    public var cells: [Cell]
    public var seeds: [UInt64]
    /// Name of the cell that others are compared with; nil for none.
    public var baseline: String?

    /// One way to train.
    public struct Cell: Sendable, Equatable {
        public var name: String
        /// Its settings; the seed is that of a run.
        public var recipe: Recipe
    }

    private static let ownKeys = ["title", "seeds", "baseline", "matrix", "cells"]
    private static let maximumCells = 10_000
    /// Names of a matrix.
    private static let maximumAxes = 100
    /// Cells times seeds.
    private static let maximumRuns = 100_000
    /// The longest setting, in bytes, with the matrix's values in it.
    private static let maximumSetting = 10_000

    /// Reads a comparison from YAML.
    ///
    /// - Parameter source: the file's name, for messages.
    /// - Throws: `TrainingError`: one sentence that says what is wrong and where.
    public init(yaml: String, source: String) throws {
        let mapping = try RecipeText.settings(yaml, source: source)
        // First, so that what follows has few keys: a mapping looks each of them up from its front.
        try Self.check(mapping, source, besides: Self.ownKeys)
        var common = Node.Mapping([])
        for (key, value) in mapping where !Self.ownKeys.contains(key.string ?? "") { common[key] = value }
        title =
            try Self.text(mapping, "title", source)
            ?? URL(fileURLWithPath: source).deletingPathExtension().lastPathComponent
        baseline = try Self.text(mapping, "baseline", source)
        seeds = try Self.seeds(mapping["seeds"], source)

        var cells = try Self.matrixCells(mapping["matrix"], common, source)
        cells += try Self.singleCells(mapping["cells"], common, source)
        if cells.isEmpty, common["network"] != nil {
            let recipe = try Self.recipe(common, source)
            cells.append(Cell(name: recipe.network, recipe: recipe))
        }
        guard !cells.isEmpty else {
            throw TrainingError(
                "\(source) has nothing to compare: give a matrix, or cells with a name and a network each")
        }
        var names = Set<String>()
        for cell in cells where !names.insert(cell.name).inserted {
            throw TrainingError("\(source) has two cells called \"\(cell.name)\": give each a name of its own")
        }
        if let baseline, !names.contains(baseline) {
            throw TrainingError(
                "\(source): the baseline \"\(baseline)\" is no cell: known are \(cells.map(\.name).joined(separator: ", "))"
            )
        }
        guard cells.count <= Self.maximumRuns / seeds.count else {
            throw TrainingError(
                "\(source) has \(cells.count) cells with \(seeds.count) seeds, over \(Self.maximumRuns) runs: leave some out"
            )
        }
        self.cells = cells
    }

    /// Reads a file.
    public init(contentsOf path: String) throws {
        try self.init(yaml: RecipeText.read(path, kind: "a comparison in YAML"), source: path)
    }

    /// Refuses settings that a comparison does not have.
    private static func check(_ settings: Node.Mapping, _ source: String, besides others: [String]) throws {
        try Recipe.requireKnown(settings, source: source, besides: others)
        guard settings["seed"] == nil else {
            throw TrainingError(
                "\(source): seed is for a single training: write \"seeds: [1, 2, 3]\", which every cell gets")
        }
        guard settings["patience"] == nil else {
            throw TrainingError(
                "\(source): patience lets scores decide how long each run trains, which is no fair comparison: leave it out"
            )
        }
    }

    /// A setting of the comparison's own that is text; nil where it is left out.
    private static func text(_ settings: Node.Mapping, _ key: String, _ source: String) throws -> String? {
        guard let node = settings[key] else { return nil }
        guard let text = node.string else { throw TrainingError("\(source): \(key) is no text: write \"\(key): …\"") }
        return text
    }

    private static func seeds(_ node: Node?, _ source: String) throws -> [UInt64] {
        guard let node else { return [1, 2, 3] }
        let seeds = node.array().compactMap { $0.string.flatMap { UInt64($0) } }
        guard !seeds.isEmpty, seeds.count == node.array().count, Set(seeds).count == seeds.count else {
            throw TrainingError("\(source): seeds is no list of different whole numbers: write for example [1, 2, 3]")
        }
        return seeds
    }

    /// Cells with settings of their own.
    private static func singleCells(_ node: Node?, _ common: Node.Mapping, _ source: String) throws -> [Cell] {
        guard let node else { return [] }
        guard case .sequence(let nodes) = node else {
            throw TrainingError("\(source): cells is no list: write \"- name: …\" and its settings for each cell")
        }
        guard nodes.count <= maximumCells else {
            throw TrainingError("\(source) has over \(maximumCells) cells: leave some out")
        }
        return try nodes.enumerated().map { index, node in
            guard case .mapping(let own) = node, let name = own["name"]?.string else {
                throw TrainingError("\(source): cell \(index + 1) has no name: write \"name: …\" and its settings")
            }
            let place = "\(source), cell \(name)"
            try check(own, place, besides: ["name"])
            var settings = common
            for (key, value) in own where key.string != "name" { settings[key] = value }
            return Cell(name: name, recipe: try recipe(settings, place))
        }
    }

    /// The recipe of a cell. What is still in braces in it has no value; paths may have braces of their own.
    private static func recipe(_ settings: Node.Mapping, _ source: String) throws -> Recipe {
        for (key, value) in settings where !["data", "weights", "teacher"].contains(key.string) {
            guard let text = value.string, text.utf8.contains(UInt8(ascii: "{")),
                let place = text.firstMatch(of: #/\{[A-Za-z0-9_.-]+\}/#)
            else { continue }
            let name = place.output.dropFirst().dropLast()
            throw TrainingError(
                "\(source): \(key.string ?? "") has {\(name)}, and no matrix gives \(name) a value: add it to the matrix, or write the value itself"
            )
        }
        return try Recipe(settings: settings, source: source)
    }

    /// Every combination of a matrix's values.
    private static func matrixCells(_ node: Node?, _ common: Node.Mapping, _ source: String) throws -> [Cell] {
        guard let node else { return [] }
        guard case .mapping(let axes) = node else {
            throw TrainingError(
                "\(source): matrix is no list of names with values: write for example \"pool: [max, average]\"")
        }
        guard axes.count <= maximumAxes else {
            throw TrainingError("\(source): the matrix has over \(maximumAxes) names: leave some out")
        }
        // Where values can stand: settings, and values of other axes.
        var texts = common.compactMap { $0.value.string }
        var combinations: [[(axis: String, label: String, value: String)]] = [[]]
        for (key, values) in axes {
            guard let axis = key.string else {
                throw TrainingError("\(source): the matrix has a name that is no text: write \"name: [value, value]\"")
            }
            let choices = try Self.choices(values, axis, source)
            guard choices.count <= maximumCells / combinations.count else {
                throw TrainingError("\(source): the matrix has over \(maximumCells) cells: leave values out")
            }
            texts += choices.map(\.value)
            combinations = combinations.flatMap { one in choices.map { one + [(axis, $0.label, $0.value)] } }
        }
        for axis in axes.keys.compactMap(\.string) where !texts.contains(where: { $0.contains("{\(axis)}") }) {
            throw TrainingError(
                "\(source): no setting has {\(axis)}, so the matrix's \"\(axis)\" changes nothing: write it where its value belongs"
            )
        }
        return try combinations.map { combination in
            var settings = common
            for (key, value) in common {
                guard let text = value.string else { continue }
                let filled = try combination.reduce(text) { try fill($0, $1.axis, $1.value, key.string ?? "", source) }
                if filled != text { settings[key] = Node(filled) }
            }
            let name = combination.map(\.label).joined(separator: ", ")
            return Cell(name: name, recipe: try recipe(settings, "\(source), cell \(name)"))
        }
    }

    /// A setting with a value in the places of `{AXIS}`.
    private static func fill(
        _ text: String, _ axis: String, _ value: String, _ setting: String, _ source: String
    ) throws -> String {
        let places = text.components(separatedBy: "{\(axis)}")
        // Values may have places of other axes: each of them could make a text longer by a factor.
        let length = (places.count - 1).multipliedReportingOverflow(by: value.utf8.count)
        guard !length.overflow, length.partialValue <= maximumSetting, text.utf8.count <= maximumSetting else {
            throw TrainingError(
                "\(source): the matrix makes \(setting) longer than \(maximumSetting) characters: use shorter values")
        }
        return places.count == 1 ? text : places.joined(separator: value)
    }

    /// Values of an axis: a list, or names with values.
    private static func choices(_ node: Node, _ axis: String, _ source: String) throws -> [(
        label: String, value: String
    )] {
        var choices: [(label: String, value: String)] = []
        func text(_ node: Node) throws -> String {
            guard let text = node.string else {
                throw TrainingError("\(source): a value of the matrix's \"\(axis)\" is no text: put quotes around it")
            }
            return text
        }
        if case .mapping(let named) = node {
            choices = try named.map { (try text($0.key), try text($0.value)) }
        } else {
            choices = try node.array().map { (try text($0), try text($0)) }
        }
        guard !choices.isEmpty else {
            throw TrainingError(
                "\(source): \"\(axis)\" of the matrix has no values: write a list, or names with values")
        }
        return choices
    }
}
