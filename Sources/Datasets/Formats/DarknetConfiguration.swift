/// What Darknet's `obj.data` says, which CVAT writes for YOLO 1.1: lines such as `train = data/train.txt` and `names = data/obj.names`.
struct DarknetConfiguration {
    /// The file itself; that of the names where there is none.
    let path: String
    let classNames: [String]
    /// Paths as they are written, which begin at a folder of Darknet's own.
    let places: [Split: [String]]

    /// Lines with paths take a hundredth of this.
    private static let limit = 1 << 16

    /// Looks at a folder; nil where it holds no such file, nor a list `obj.names` beside lists of images.
    ///
    /// - Throws: `DatasetsError` where the names of the classes cannot be read.
    init?(in folder: String) throws {
        let files = try Folders.names(in: folder).filter { Folders.isFile(Folders.join(folder, $0)) }
        var settings: [(key: String, value: String)] = []
        let data = try files.filter { $0.lowercased().hasSuffix(".data") }.first { name in
            settings = try Self.settings(Folders.join(folder, name))
            return settings.contains { $0.key == "names" && !$0.value.isEmpty }
        }
        let lists = files.filter {
            $0.lowercased().hasSuffix(".txt") && Split(folderName: String($0.dropLast(4))) != nil
        }
        let namesFile: String
        if let data {
            path = Folders.join(folder, data)
            let written = settings.first { $0.key == "names" }?.value ?? ""
            guard let found = Folders.place(written, in: folder, where: Folders.isFile) else {
                throw DatasetsError("\(path) names \(written), and there is no such file in \(folder): add it")
            }
            namesFile = found
        } else if let names = files.first(where: { $0.lowercased() == "obj.names" }) {
            path = Folders.join(folder, names)
            namesFile = path
        } else {
            return nil
        }
        var places: [Split: [String]] = [:]
        // What Darknet calls eval is a way to score.
        for (key, value) in settings where !value.isEmpty && key != "eval" {
            if let split = Split(folderName: key) { places[split, default: []].append(value) }
        }
        for list in lists {
            guard let split = Split(folderName: String(list.dropLast(4))) else { continue }
            if places[split] == nil { places[split] = [list] }
        }
        guard data != nil || !places.isEmpty else { return nil }
        self.places = places
        classNames = try Self.classNames(namesFile)
    }

    private static func settings(_ path: String) throws -> [(key: String, value: String)] {
        // Data of other kinds have this ending, too.
        guard let file = try? FileReader(path: path), file.length <= limit else { return [] }
        return try FileReader.lines(of: path).compactMap { line in
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !line.hasPrefix("#") else { return nil }
            return (trimmed(parts[0]).lowercased(), trimmed(parts[1]))
        }
    }

    private static func trimmed(_ text: Substring) -> String {
        let start = text.drop(while: \.isWhitespace)
        return String(start.reversed().drop(while: \.isWhitespace).reversed())
    }

    /// The classes of a list, one a line.
    ///
    /// - Throws: `DatasetsError` where one has no name, or two have the same.
    static func classNames(_ path: String) throws -> [String] {
        let names = try FileReader.lines(of: path)
        // An empty line is a class as well, and those behind it keep their numbers.
        guard !names.isEmpty, !names.contains("") else {
            throw DatasetsError("\(path) has no names of classes, or an empty line: write the name of one class a line")
        }
        guard Set(names).count == names.count else {
            throw DatasetsError("\(path) has two classes of one name: give each its own")
        }
        return names
    }
}
