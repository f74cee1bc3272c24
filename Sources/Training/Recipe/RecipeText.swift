import Foundation
import Yams

/// The text of a recipe, and what is read of it before anything is made of it: recipes come from anywhere, and reading one takes time and
/// memory in proportion to its length.
package enum RecipeText {
    /// The longest recipe, in bytes.
    private static let maximumLength = 1 << 20
    /// The most places that stand for a value elsewhere. Values of which each repeats another ten times grow tenfold with each name.
    private static let maximumAliases = 12

    /// Reads a file.
    ///
    /// - Parameter kind: what it should be, for messages: "a recipe in YAML".
    /// - Throws: `TrainingError` where it cannot be read, is too long, or no text.
    package static func read(_ path: String, kind: String) throws -> String {
        guard let file = FileHandle(forReadingAtPath: path), let data = try? contents(of: file) else {
            throw TrainingError("\(path) cannot be read: give the path of \(kind)")
        }
        guard data.count <= maximumLength else {
            throw TrainingError("\(path) has over \(maximumLength) bytes: give the path of \(kind)")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw TrainingError("\(path) is no text in UTF-8: give the path of \(kind)")
        }
        return text
    }

    private static func contents(of file: FileHandle) throws -> Data {
        try file.read(upToCount: maximumLength + 1) ?? Data()
    }

    /// The settings in YAML.
    ///
    /// - Parameter source: the file's name, for messages.
    /// - Throws: `TrainingError` where the text is no list of settings.
    package static func settings(_ yaml: String, source: String) throws -> Node.Mapping {
        // The parser compares keys, and takes what an alias stands for apart each time that it does.
        guard aliasCount(yaml) <= maximumAliases else {
            throw TrainingError(
                "\(source) has over \(maximumAliases) aliases (*name): write values out, or put quotes around text that begins with *"
            )
        }
        do {
            guard let node = try Yams.compose(yaml: yaml) else { throw TrainingError("\(source) is empty") }
            guard case .mapping(let mapping) = node else {
                throw TrainingError("\(source) is not a list of settings such as \"epochs: 10\"")
            }
            return mapping
        } catch let error as YamlError {
            let line = String(describing: error).split(separator: "\n").first.map(String.init)
            throw TrainingError("\(source) is not YAML: \(line ?? "it cannot be parsed")")
        }
    }

    /// How many places look like an alias: a `*` where a value or a key may begin. Rather too many than too few: quotes are not looked at.
    private static func aliasCount(_ yaml: String) -> Int {
        let starts = Set("\n\r\u{85}\u{2028}\u{2029}-?:,[{".unicodeScalars)
        var (count, canStart) = (0, true)
        for scalar in yaml.unicodeScalars {
            switch scalar {
            case "*" where canStart:
                count += 1
                canStart = false
            case " ", "\t", "\u{FEFF}": break
            default: canStart = starts.contains(scalar)
            }
        }
        return count
    }
}
