/// How a folder of images is divided: `train`, `val` or `validation`, and `test` with folders of classes, or folders of
/// classes right away, which then are the training split.
struct ImageFolderLayout {
    let path: String
    /// The folder of every split there is.
    let folders: [(split: Split, path: String)]

    /// Looks at a folder.
    ///
    /// - Throws: `DatasetsError` if it cannot be read, or holds both a `val` and a `validation` folder.
    init(path: String) throws {
        self.path = path
        let names = try Folders.subfolders(of: path)
        guard !(names.contains("val") && names.contains("validation")) else {
            throw DatasetsError("\(path) holds the folders val and validation: remove one of them")
        }
        let known: [(Split, String)] = [
            (.train, "train"), (.validation, "val"), (.validation, "validation"), (.test, "test"),
        ]
        let divided = known.filter { names.contains($0.1) }.map { (split: $0.0, path: Folders.join(path, $0.1)) }
        folders = divided.isEmpty ? [(split: .train, path: path)] : divided
    }

    var splits: [Split] { folders.map(\.split) }

    /// Finds the images of one split.
    ///
    /// - Throws: `DatasetsError` if there is no such split, splits differ in their classes, or a class has no images.
    func dataset(for split: Split) throws -> ImageFolder {
        guard let folder = folders.first(where: { $0.split == split })?.path else {
            throw missingSplit(split, of: path, available: splits)
        }
        try compareClasses()
        return try ImageFolder(folder: folder, name: path)
    }

    private func compareClasses() throws {
        guard let first = folders.first else { return }
        let expected = try Folders.subfolders(of: first.path)
        for other in folders.dropFirst() {
            let found = try Folders.subfolders(of: other.path)
            if let missing = expected.first(where: { !found.contains($0) }) {
                throw DatasetsError(
                    "\(other.path) has no folder \"\(missing)\", but \(first.path) has: "
                        + "all splits need the same classes")
            }
            if let extra = found.first(where: { !expected.contains($0) }) {
                throw DatasetsError(
                    "\(other.path) has a folder \"\(extra)\", but \(first.path) has none: "
                        + "all splits need the same classes")
            }
        }
    }
}
