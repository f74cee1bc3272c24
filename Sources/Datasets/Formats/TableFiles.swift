/// The image files that a table may name, with or without their folders and endings: all in and below the table's folder.
struct TableFiles {
    private let folder: String
    /// For a file's name, alone and with its folder, with and without its ending: the likeliest file for each split.
    private var places: [String: [Split: Place]] = [:]

    private struct Place {
        let path: String
        /// 0 in a folder of the split, 2 in one of another split, else 1.
        let rank: Int
        /// Another file of this name and rank, in another folder.
        var other: String?
    }

    /// What a name stands for.
    enum Found {
        case file(String)
        case nothing
        /// Files in two folders, either of which may be meant.
        case either(String, String)
    }

    /// Folders in folders that are looked into.
    private static let deepest = 4

    /// Files of a table in a folder.
    init(_ folder: String) throws {
        self.folder = folder
        // Links can make circles, and every file in them would fit a name twice.
        var known = Folders.identities(around: folder)
        try collect(below: [], splits: [], &known)
    }

    private mutating func collect(
        below parts: [String], splits: Set<Split>, _ known: inout Set<Folders.Identity>
    ) throws {
        for name in try Folders.names(in: Folders.join(folder, parts.joined(separator: "/"))) {
            let path = Folders.join(folder, (parts + [name]).joined(separator: "/"))
            if ImageFormat.hasImageEnding(name) {
                add(path, (parts.suffix(1) + [name]).joined(separator: "/"), splits)
                add(path, name, splits)
            } else if parts.count < Self.deepest, Folders.isFolder(path), let identity = Folders.identity(of: path),
                known.insert(identity).inserted
            {
                let splits = splits.union((Split(folderName: name) ?? Split(wordIn: name)).map { [$0] } ?? [])
                try collect(below: parts + [name], splits: splits, &known)
            }
        }
    }

    private mutating func add(_ path: String, _ name: String, _ splits: Set<Split>) {
        for key in [name, Self.withoutEnding(name)] {
            for split in Split.allCases {
                let rank = splits.contains(split) ? 0 : splits.isEmpty ? 1 : 2
                let known = places[key]?[split]
                if let known, rank == known.rank, known.other == nil,
                    Self.folder(of: path) != Self.folder(of: known.path)
                {
                    places[key]?[split]?.other = path
                }
                guard rank < known?.rank ?? 3 else { continue }
                places[key, default: [:]][split] = Place(path: path, rank: rank)
            }
        }
    }

    private static func folder(of path: String) -> Substring { path[..<(path.lastIndex(of: "/") ?? path.startIndex)] }

    private static func withoutEnding(_ name: String) -> String {
        guard ImageFormat.hasImageEnding(name), let point = name.lastIndex(of: ".") else { return name }
        return String(name[..<point])
    }

    /// Where files are looked for, for people.
    var location: String { "\(folder) or a folder in it" }

    /// Whether a name stands for a file, or for more than one.
    func isFile(_ name: String, in split: Split) -> Bool {
        if case .nothing = find(name, in: split) { return false }
        return true
    }

    /// The file of a name.
    ///
    /// A path of another machine is tried by its last parts. No file outside of the folder is taken, and none in a folder of another name
    /// than the one that a relative path names.
    ///
    /// - Parameter split: its folder is looked into before others, and those of other splits last.
    func find(_ name: String, in split: Split) -> Found {
        var parts = name.split(whereSeparator: { $0 == "/" || $0 == "\\" }).filter { $0 != "." }[...]
        if let last = parts.lastIndex(where: { $0 == ".." }) { parts = parts[(last + 1)...] }
        guard let last = parts.last, name.utf8.count < 4096 else { return .nothing }
        let whole = Folders.join(folder, parts.joined(separator: "/"))
        if ImageFormat.hasImageEnding(whole), Folders.isFile(whole) { return .file(whole) }
        func place(_ key: String) -> Place? { places[key]?[split] ?? places[Self.withoutEnding(key)]?[split] }
        func found(_ place: Place) -> Found { place.other.map { .either(place.path, $0) } ?? .file(place.path) }
        guard parts.count > 1 else { return place(String(last)).map(found) ?? .nothing }
        if let place = place(parts.suffix(2).joined(separator: "/")) { return found(place) }
        guard let place = place(String(last)), Self.isAbsolute(name) || isBelow(parts[parts.endIndex - 2], place.path)
        else { return .nothing }
        return found(place)
    }

    /// Whether a path begins at a root, which is that of another machine: its folders say little.
    private static func isAbsolute(_ name: String) -> Bool {
        name.hasPrefix("/") || name.hasPrefix("\\") || name.dropFirst().hasPrefix(":")
    }

    /// Whether a file is in a folder of a name, which may be the table's own.
    private func isBelow(_ name: Substring, _ path: String) -> Bool {
        let own = folder.split(separator: "/").last.map { [$0] } ?? []
        return (own + path.dropFirst(folder.count).split(separator: "/").dropLast()).contains(name)
    }
}
