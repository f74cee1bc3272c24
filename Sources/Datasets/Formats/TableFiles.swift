/// The files that a table names: below the table's folder or in a folder of images in it, with or without their endings.
struct TableFiles {
    private let folder: String
    /// For each split the folders to look into, the likeliest first.
    private let bases: [Split: [String]]

    private static let endings = ["jpg", "png", "jpeg", "JPG", "PNG", "JPEG", "webp", "bmp", "tif", "tiff", "gif"]

    /// Files of a table in a folder.
    init(_ folder: String) throws {
        self.folder = folder
        let names = try Folders.subfolders(of: folder)
        var bases: [Split: [String]] = [:]
        for split in Split.allCases {
            func rank(_ name: String) -> Int { Split(folderName: name).map { $0 == split ? 0 : 2 } ?? 1 }
            let sorted = names.sorted { (rank($0), $0) < (rank($1), $1) }
            bases[split] = [folder] + sorted.map { Folders.join(folder, $0) }
        }
        self.bases = bases
    }

    /// Where files are looked for, for people.
    var places: String { "\(folder) or a folder in it" }

    /// The path of a file; nil where there is none.
    ///
    /// A path of another machine is tried by its last parts. No file outside of the folder is taken.
    ///
    /// - Parameter split: its folder is looked into before others, and those of other splits last.
    func path(of name: String, in split: Split) -> String? {
        var parts = name.split(whereSeparator: { $0 == "/" || $0 == "\\" }).suffix(4)
        if let last = parts.lastIndex(where: { $0 == ".." }) { parts = parts[(last + 1)...] }
        guard let file = parts.last, name.utf8.count < 4096 else { return nil }
        let ending = file.split(separator: ".").dropFirst().last?.lowercased() ?? ""
        let endings = Self.endings.contains(ending) ? [""] : [""] + Self.endings.map { "." + $0 }
        while !parts.isEmpty {
            let relative = parts.joined(separator: "/")
            for base in bases[split] ?? [] {
                for ending in endings {
                    let path = Folders.join(base, relative + ending)
                    if Folders.isFile(path) { return path }
                }
            }
            parts.removeFirst()
        }
        return nil
    }
}
