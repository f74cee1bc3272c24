import Foundation
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
        let known = CodingKeys.allCases.map(\.rawValue)
        for key in settings.keys.compactMap(\.string) where !known.contains(key) {
            throw TrainingError(
                "\(source) has an unknown setting \"\(key)\": known are \(known.joined(separator: ", "))")
        }
        do {
            self = try YAMLDecoder().decode(Recipe.self, from: .mapping(settings))
        } catch let error as DecodingError {
            throw TrainingError("\(source): \(error.sentence)")
        }
    }

    /// The YAML form, every setting stated.
    public func yaml() throws -> String { try YAMLEncoder().encode(self) }

    /// Reads a recipe file.
    public init(contentsOf path: String) throws {
        try self.init(yaml: RecipeText.read(path, kind: "a recipe in YAML"), source: path)
    }
}
