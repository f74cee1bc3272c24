import Foundation
import Networks
import Yams

extension Recipe {
    /// Reads a recipe from YAML.
    ///
    /// - Parameter source: the file's name, for messages.
    /// - Throws: `TrainingError` that names the key that is unknown or of the wrong kind.
    public init(yaml: String, source: String) throws {
        do {
            guard let node = try Yams.compose(yaml: yaml) else { throw TrainingError("\(source) is empty") }
            guard case .mapping(let mapping) = node else {
                throw TrainingError("\(source) is not a list of settings such as \"epochs: 10\"")
            }
            try self.init(settings: mapping, source: source)
        } catch let error as YamlError {
            throw TrainingError("\(source) is not YAML: \(Self.firstLine(error))")
        }
    }

    /// Reads a recipe from the settings of a YAML document.
    package init(settings: Yams.Node.Mapping, source: String) throws {
        let known = CodingKeys.allCases.map(\.rawValue)
        for key in settings.keys.compactMap(\.string) where !known.contains(key) {
            let question = Suggestion.question(for: key, among: known)
            throw TrainingError(
                "\(source) has an unknown setting \"\(key)\"\(question): known are \(known.joined(separator: ", "))")
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
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw TrainingError("\(path) cannot be read: give the path of a recipe in YAML")
        }
        try self.init(yaml: text, source: path)
    }

    private static func firstLine(_ error: YamlError) -> String {
        String(describing: error).split(separator: "\n").first.map(String.init) ?? "it cannot be parsed"
    }
}
