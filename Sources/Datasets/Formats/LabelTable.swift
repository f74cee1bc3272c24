/// Images whose classes stand in a table: `labels.csv` with a column of files and one of classes, or a table for each split (`train.csv`,
/// `val.csv`, `test.csv`), or one table with a column that names the split.
///
/// Files may stand without their folder or ending. Each image has one class.
struct LabelTable {
    let path: String
    let classNames: [String]
    private let rows: [Split: [(file: String, label: String)]]
    /// The table that each split's rows are from.
    private let sources: [Split: String]
    private let remarks: [String]

    /// What a folder's tables are.
    enum Content {
        case table(LabelTable)
        /// No table, or none of files and classes; why, where there is something to say.
        case nothing(DatasetsError?)
    }

    /// Looks at a folder.
    ///
    /// - Throws: `DatasetsError` that names the line at fault.
    static func content(of path: String) throws -> Content {
        let tables = try Self.tables(of: path)
        guard let first = tables.first else { return .nothing(nil) }
        let files = try TableFiles(path)
        var rows: [Split: [(file: String, label: String)]] = [:]
        var sources: [Split: String] = [:]
        var remarks: [String] = []
        for (table, split) in tables {
            guard rows[split] == nil else {
                return .nothing(
                    DatasetsError(
                        "\(path) holds two tables of the \(split.rawValue) split: remove \(table) or the other"))
            }
            do {
                let found = try read(table, split, files)
                rows.merge(found) { first, _ in first }
                sources.merge(found.mapValues { _ in table }) { first, _ in first }
                remarks.append("classes are those of \(table)")
            } catch let error as Unusable {
                guard split != .train else { return .nothing(error.reason) }
                remarks.append("\(table) is not used: it has no labels that can be read")
            }
        }
        let classes = Set(rows.values.flatMap { $0.map(\.label) })
        guard classes.count > 1 else {
            return .nothing(
                DatasetsError("\(first.path) gives all images one class: two at least are needed"))
        }
        remarks += try unnamedImages(beside: rows.values.flatMap { $0.map(\.file) })
        return .table(
            LabelTable(path: path, classNames: sorted(classes), rows: rows, sources: sources, remarks: remarks))
    }

    /// The tables that a folder is told by: one of all images, one for each split, or one in the folder of each split.
    private static func tables(of path: String) throws -> [(path: String, split: Split)] {
        func stem(_ name: String) -> String { String(name.dropLast(4)).lowercased() }
        let names = try Self.names(in: path)
        let divided = Split.likeliest(of: names.map(stem))
        if divided.contains(where: { $0.split == .train }) {
            return names.compactMap { name in
                divided.first { $0.name == stem(name) }.map { (Folders.join(path, name), $0.split) }
            }
        }
        func single(_ folder: String, _ names: [String]) -> String? {
            // A table of all images says more than one of images to be told (Kaggle's test.csv and sample_submission.csv).
            let whole = names.filter { wholeNames.contains(stem($0)) }
            let chosen = whole.isEmpty ? names : whole
            return chosen.count == 1 ? Folders.join(folder, chosen[0]) : nil
        }
        if !names.isEmpty { return single(path, names).map { [($0, .train)] } ?? [] }
        return try Split.likeliest(of: Folders.subfolders(of: path)).compactMap { split, name in
            let folder = Folders.join(path, name)
            return try single(folder, self.names(in: folder)).map { ($0, split) }
        }
    }

    private static func names(in folder: String) throws -> [String] {
        try Folders.names(in: folder).filter { name in
            [".csv", ".tsv"].contains { name.lowercased().hasSuffix($0) } && Folders.isFile(Folders.join(folder, name))
        }
    }

    private static let wholeNames: Set<String> = [
        "labels", "label", "annotations", "metadata", "classes", "data", "images",
    ]

    /// A table that is not one of files and classes.
    private struct Unusable: Error {
        let reason: DatasetsError
    }

    /// A sentence for each folder that holds images which no line names.
    private static func unnamedImages(beside files: [String]) throws -> [String] {
        var named: [String: Set<String>] = [:]
        for file in files {
            guard let slash = file.lastIndex(of: "/") else { continue }
            named[String(file[..<slash]), default: []].insert(String(file[file.index(after: slash)...]))
        }
        return try named.sorted { $0.key < $1.key }.compactMap { folder, names in
            let count = try Folders.names(in: folder).count { ImageFormat.hasImageEnding($0) && !names.contains($0) }
            return count > 0
                ? "images in \(folder) that no line of the table names, and that are not used: \(count)" : nil
        }
    }

    /// Numbers by their value, other names by their letters.
    private static func sorted(_ names: Set<String>) -> [String] {
        let numbers = names.compactMap { name in Int(name).map { (value: $0, name: name) } }
        guard numbers.count == names.count else { return names.sorted() }
        return numbers.sorted { ($0.value, $0.name) < ($1.value, $1.name) }.map(\.name)
    }

    private static func read(
        _ table: String, _ split: Split, _ files: TableFiles
    ) throws -> [Split: [(file: String, label: String)]] {
        let all: [SeparatedValues.Row]
        do {
            all = try SeparatedValues(path: table).rows
        } catch let error as DatasetsError {
            throw Unusable(reason: error)
        }
        guard let first = all.first else {
            throw Unusable(reason: DatasetsError("\(table) is empty: write a line for each image"))
        }
        guard let columns = TableColumns(first.fields, isFile: { files.isFile($0, in: split) }) else {
            throw Unusable(
                reason: DatasetsError(
                    "\(table) has no columns of files and classes that can be told (\(first.fields.prefix(8).joined(separator: ", "))): "
                        + "call them filename and label"))
        }
        let rows = all.dropFirst(columns.hasHeader ? 1 : 0)
        guard let sample = rows.first else {
            throw Unusable(reason: DatasetsError("\(table) names no image: write a line for each"))
        }
        guard rows.prefix(20).contains(where: { files.isFile($0.field(columns.file), in: split) }) else {
            throw Unusable(
                reason: DatasetsError(
                    "\(table), line \(sample.line) names \(sample.field(columns.file)), and there is no such file in \(files.location)"
                ))
        }
        var found: [Split: [(file: String, label: String)]] = [:]
        var known: [String: (label: String, line: Int, splits: Set<Split>)] = [:]
        for row in rows {
            let (name, label) = (row.field(columns.file), row.field(columns.label))
            var place = split
            if let column = columns.split {
                guard let named = Split(folderName: row.field(column)) else {
                    throw DatasetsError(
                        "\(table), line \(row.line) has \"\(row.field(column))\" for a split: write train, val or test")
                }
                place = named
            }
            let file: String
            switch files.find(name, in: place) {
            case .file(let path): file = path
            case .nothing:
                throw DatasetsError(
                    "\(table), line \(row.line) names \(name), and there is no such file in \(files.location): add it, or remove the line"
                )
            case .either(let first, let second):
                throw DatasetsError(
                    "\(table), line \(row.line) names \(name), which may be \(first) or \(second): write the folder in front of the name"
                )
            }
            guard !label.isEmpty else {
                throw DatasetsError("\(table), line \(row.line) has no class for \(name): add it, or remove the line")
            }
            if let earlier = known[file] {
                guard earlier.label == label else {
                    throw DatasetsError(
                        "\(table) gives \(name) the class \(earlier.label) in line \(earlier.line) and \(label) in line \(row.line): remove one"
                    )
                }
                // An image of two splits is in both, which is told where images of splits are compared.
                guard known[file]?.splits.insert(place).inserted == true else { continue }
            } else {
                known[file] = (label, row.line, [place])
            }
            found[place, default: []].append((file, label))
        }
        return found
    }

    var splits: [Split] { Split.allCases.filter { rows[$0] != nil } }

    /// The images of one split.
    ///
    /// - Throws: `DatasetsError` if there is no such split, or it has a class that the training images have not.
    func dataset(for split: Split) throws -> ListedImages {
        guard let chosen = rows[split] else { throw missingSplit(split, of: path, available: splits) }
        if let training = rows[.train] {
            let known = Set(training.map(\.label))
            if let other = classNames.first(where: { !known.contains($0) }) {
                throw DatasetsError(
                    "\(path) has no training image of the class \(other): add some, or remove the class")
            }
        }
        let places = Dictionary(zip(classNames, classNames.indices)) { first, _ in first }
        return ListedImages(
            name: path, classNames: classNames, files: chosen.map(\.file), labels: chosen.map { places[$0.label] ?? 0 },
            remarks: remarks, table: sources[split])
    }
}

extension SeparatedValues.Row {
    /// A field, empty where the row is too short.
    fileprivate func field(_ index: Int) -> String { fields.indices.contains(index) ? fields[index] : "" }
}
