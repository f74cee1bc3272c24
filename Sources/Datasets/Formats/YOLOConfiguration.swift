import Reporting
import Yams

/// What a `data.yaml` says: names of classes, and where the images of each split are.
struct YOLOConfiguration {
    let classNames: [String]
    /// Paths as they are written, which often are those of another machine.
    let places: [Split: [String]]
    /// What `path` names, in front of the others; empty where it is left out.
    let base: String
    /// Whether lines of labels have the points of a pose behind the box.
    let hasKeyPoints: Bool

    /// A thousand classes take a tenth of this.
    private static let limit = 1 << 18
    /// Brackets in brackets, and dashes in one line.
    private static let deepest = 8

    /// Reads a file.
    ///
    /// - Throws: `DatasetsError` that names the file and what is wrong with it.
    init(path: String) throws {
        let file = try FileReader(path: path)
        guard file.length <= Self.limit else {
            throw DatasetsError(
                "\(path) has \(file.length) bytes, more than names of classes need: it may be another file")
        }
        let bytes = try FileReader.contents(of: path)
        let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
        guard !bytes.starts(with: Array("version https://git-lfs".utf8)) else {
            throw DatasetsError(
                "\(path) is a Git LFS pointer, a text in the file's place: fetch the file itself with git lfs pull")
        }
        guard let text = String(validating: start, as: UTF8.self) else {
            throw DatasetsError("\(path) is not written in UTF-8: write it anew")
        }
        if let line = Self.trickyLine(of: text) {
            throw DatasetsError(
                "\(path), line \(line): anchors, aliases and deep nesting are not read, nor comments and scripts that look like "
                    + "them (* or & in front of a letter): write names and folders plainly, and remove what else is there"
            )
        }
        let mapping: Node.Mapping
        do {
            guard case .mapping(let found)? = try Yams.compose(yaml: text) else {
                throw DatasetsError("\(path) is not a list of settings such as \"names: [cat, dog]\"")
            }
            mapping = found
        } catch let error as YamlError {
            let reason =
                String(describing: error).split(separator: "\n").first.map(String.init) ?? "it cannot be parsed"
            throw DatasetsError("\(path) is not YAML: \(reason)")
        }
        guard let names = mapping["names"] else {
            throw DatasetsError("\(path) has no names of classes: write \"names: [cat, dog]\"")
        }
        classNames = try Self.classNames(names, path)
        var places: [Split: [String]] = [:]
        for (key, node) in mapping {
            guard let key = key.string, let split = Split(folderName: key) else { continue }
            let texts = node.string.map { [$0] } ?? node.sequence?.compactMap(\.string) ?? []
            let written = texts.filter { !$0.isEmpty }
            if !written.isEmpty { places[split, default: []] += written }
        }
        self.places = places
        base = mapping["path"]?.string ?? ""
        hasKeyPoints = mapping["kpt_shape"]?.sequence != nil
    }

    /// The first line of a text that holds what can grow when it is read: anchors and aliases, or brackets in brackets in brackets.
    ///
    /// Comments and texts in quotes are not told apart: whoever takes them for the wrong one overlooks an alias.
    private static func trickyLine(of text: String) -> Int? {
        var depth = 0
        var line = 1
        var last = UInt8(ascii: "\n")
        var dashes = 0
        let bytes = Array(text.utf8)
        for (index, byte) in bytes.enumerated() {
            let next = index + 1 < bytes.count ? bytes[index + 1] : UInt8(ascii: "\n")
            let begins = " \n\t,[{:-?".utf8.contains(last)
            switch byte {
            case UInt8(ascii: "&"), UInt8(ascii: "*"):
                if begins, next > 0x20 { return line }
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth = max(0, depth - 1)
            case UInt8(ascii: "\n"): (dashes, line) = (0, line + 1)
            case UInt8(ascii: "-"), UInt8(ascii: "?"):
                if begins, next <= 0x20 { dashes += 1 }
            default: break
            }
            if depth > deepest || dashes > deepest { return line }
            last = byte
        }
        return nil
    }

    /// A list, or numbers from 0 with their names.
    private static func classNames(_ node: Node, _ path: String) throws -> [String] {
        var names: [String] = []
        if let sequence = node.sequence {
            names = sequence.map { $0.string ?? "" }
        } else if let mapping = node.mapping {
            var found: [Int: String] = [:]
            for (key, value) in mapping {
                guard let text = key.string, let number = Int(text) else {
                    throw DatasetsError("\(path) has a class without a number: write \"names: [cat, dog]\"")
                }
                found[number] = value.string ?? ""
            }
            for number in 0..<found.count {
                guard let name = found[number] else {
                    throw DatasetsError(
                        "\(path) has \(counted(found.count, "class", "classes")), but no name of class \(number): they count from 0"
                    )
                }
                names.append(name)
            }
        }
        guard !names.isEmpty, !names.contains("") else {
            throw DatasetsError("\(path) has no names of classes, or an empty one: write \"names: [cat, dog]\"")
        }
        guard Set(names).count == names.count else {
            throw DatasetsError("\(path) has two classes of one name: give each its own")
        }
        return names
    }
}
