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
        // Yams writes numbers with 15 digits, and some need 17: these are put in their place.
        let values = try JSONSerialization.jsonObject(with: JSONEncoder().encode(self))
        guard let node = try Yams.compose(yaml: text) else { return text }
        let exact = Self.exact(node, values)
        return exact == node ? text : try Yams.serialize(node: exact)
    }

    /// A node in which every number is just that of `value`, its JSON form.
    private static func exact(_ node: Yams.Node, _ value: Any) -> Yams.Node {
        switch node {
        case .mapping(var mapping):
            let values = value as? [String: Any] ?? [:]
            for (key, inner) in mapping {
                if let name = key.string, let own = values[name] { mapping[key] = exact(inner, own) }
            }
            return .mapping(mapping)
        case .sequence(var sequence):
            let values = value as? [Any] ?? []
            for index in sequence.indices where values.indices.contains(index) {
                sequence[index] = exact(sequence[index], values[index])
            }
            return .sequence(sequence)
        case .scalar(var scalar):
            guard let written = Double(scalar.string), let number = value as? Double, written != number else {
                return node
            }
            scalar.string = "\(number)"
            return .scalar(scalar)
        case .alias: return node
        }
    }

    /// Reads a recipe file.
    public init(contentsOf path: String) throws {
        try self.init(yaml: RecipeText.read(path, kind: "a recipe in YAML"), source: path)
    }
}
