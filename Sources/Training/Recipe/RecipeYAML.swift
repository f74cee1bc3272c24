import Foundation
import Interchange
import Networks
import Yams

extension Recipe {
    /// Reads a recipe from YAML.
    ///
    /// - Parameter source: the file's name, for messages.
    /// - Throws: `TrainingError` that names the key that is unknown or of the wrong kind.
    public init(yaml: String, source: String) throws {
        try self.init(settings: RecipeText.settings(yaml, source: source), source: source)
    }

    /// Reads a recipe from the settings of a YAML document.
    package init(settings: Yams.Node.Mapping, source: String) throws {
        try Self.requireKnown(settings, source: source)
        do {
            self = try YAMLDecoder().decode(Recipe.self, from: .mapping(settings))
        } catch let error as DecodingError {
            throw TrainingError("\(source): \(error.sentence)")
        }
    }

    /// Refuses settings that are unknown, before anything is made of them.
    ///
    /// - Parameters:
    ///   - others: what else may stand among them.
    /// - Throws: `TrainingError` that names the setting.
    package static func requireKnown(
        _ settings: Yams.Node.Mapping, source: String, besides others: [String] = []
    ) throws {
        let known = CodingKeys.allCases.map(\.rawValue)
        for key in settings.keys {
            guard let key = key.string else {
                throw TrainingError("\(source) has a setting whose name is no text: write \"name: value\"")
            }
            guard !known.contains(key), !others.contains(key) else { continue }
            let question = Suggestion.question(for: key, among: known + others)
            throw TrainingError(
                "\(source) has an unknown setting \"\(key.shortened)\"\(question): known are "
                    + (known + others).joined(separator: ", "))
        }
    }

    /// The YAML form, every setting stated.
    public func yaml() throws -> String {
        let text = try YAMLEncoder().encode(self)
        // Yams writes numbers with 15 digits, and some need 17. JSON has them all, and is YAML as well.
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        let json = String(decoding: try encoder.encode(self), as: UTF8.self)
        guard let node = try Yams.compose(yaml: text), let exact = try Yams.compose(yaml: json) else { return text }
        let corrected = Self.corrected(node, exact)
        return corrected == node ? text : try Yams.serialize(node: corrected)
    }

    /// A node with the numbers of another wherever its own are not just the same.
    private static func corrected(_ node: Yams.Node, _ exact: Yams.Node) -> Yams.Node {
        switch node {
        case .mapping(var mapping):
            for (key, inner) in mapping { if let own = exact.mapping?[key] { mapping[key] = corrected(inner, own) } }
            return .mapping(mapping)
        case .sequence(var sequence):
            for (index, own) in (exact.sequence.map(Array.init) ?? []).enumerated() where index < sequence.count {
                sequence[index] = corrected(sequence[index], own)
            }
            return .sequence(sequence)
        case .scalar(var scalar):
            guard let own = exact.scalar?.string, let number = Double(own), let written = Double(scalar.string),
                written != number
            else { return node }
            scalar.string = own
            return .scalar(scalar)
        case .alias: return node
        }
    }

    /// Reads a recipe file, with what is said elsewhere and other defaults follow from.
    ///
    /// - Parameters:
    ///   - path: nil for a recipe of defaults.
    ///   - fineTune: whether what the file does not say is what suits fine-tuning, whatever the file says.
    ///   - optimizer: in place of the file's.
    public init(contentsOf path: String?, fineTune: Bool = false, optimizer: OptimizerKind? = nil) throws {
        let source = path ?? "the recipe"
        var settings =
            try path.map {
                try RecipeText.settings(RecipeText.read($0, kind: "a recipe in YAML"), source: source)
            } ?? Yams.Node.Mapping([])
        if fineTune { settings[Yams.Node(CodingKeys.fineTune.rawValue)] = "true" }
        if let optimizer { settings[Yams.Node(CodingKeys.optimizer.rawValue)] = Yams.Node(optimizer.rawValue) }
        try self.init(settings: settings, source: source)
    }
}
