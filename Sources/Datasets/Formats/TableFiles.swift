/// The image files that a table may name, with or without their folders and endings: all in and below the table's folder.
struct TableFiles {
    private let folder: String
    /// For a file's name, alone and with its folder, with and without its ending: the likeliest file for each split.
    private var places: [String: [Split: Place]] = [:]

    private struct Place {
        let path: String
        /// 0 in a folder of the split, 2 in one of another split, else 1.
        let rank: Int
    }

    /// Folders in folders that are looked into.
    private static let deepest = 4

    /// Files of a table in a folder.
    init(_ folder: String) throws {
        self.folder = folder
        try collect(below: [], splits: [])
    }

    private mutating func collect(below parts: [String], splits: Set<Split>) throws {
        for name in try Folders.names(in: Folders.join(folder, parts.joined(separator: "/"))) {
            let path = Folders.join(folder, (parts + [name]).joined(separator: "/"))
            if ImageFormat.hasImageEnding(name) {
                add(path, (parts.suffix(1) + [name]).joined(separator: "/"), splits)
                add(path, name, splits)
            } else if parts.count < Self.deepest, Folders.isFolder(path) {
                try collect(below: parts + [name], splits: splits.union(Split(folderName: name).map { [$0] } ?? []))
            }
        }
    }

    private mutating func add(_ path: String, _ name: String, _ splits: Set<Split>) {
        for key in [name, Self.withoutEnding(name)] {
            for split in Split.allCases {
                let rank = splits.contains(split) ? 0 : splits.isEmpty ? 1 : 2
                guard rank < places[key]?[split]?.rank ?? 3 else { continue }
                places[key, default: [:]][split] = Place(path: path, rank: rank)
            }
        }
    }

    private static func withoutEnding(_ name: String) -> String {
        guard ImageFormat.hasImageEnding(name), let point = name.lastIndex(of: ".") else { return name }
        return String(name[..<point])
    }

    /// Where files are looked for, for people.
    var location: String { "\(folder) or a folder in it" }

    /// The path of a file; nil where there is none.
    ///
    /// A path of another machine is tried by its last parts. No file outside of the folder is taken.
    ///
    /// - Parameter split: its folder is looked into before others, and those of other splits last.
    func path(of name: String, in split: Split) -> String? {
        var parts = name.split(whereSeparator: { $0 == "/" || $0 == "\\" }).filter { $0 != "." }[...]
        if let last = parts.lastIndex(where: { $0 == ".." }) { parts = parts[(last + 1)...] }
        guard !parts.isEmpty, name.utf8.count < 4096 else { return nil }
        let whole = Folders.join(folder, parts.joined(separator: "/"))
        if ImageFormat.hasImageEnding(whole), Folders.isFile(whole) { return whole }
        for count in [2, 1] where parts.count >= count {
            let key = parts.suffix(count).joined(separator: "/")
            if let place = places[key]?[split] ?? places[Self.withoutEnding(key)]?[split] { return place.path }
        }
        return nil
    }
}
