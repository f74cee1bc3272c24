/// How a folder of images is divided: folders of splits (`train`, `val`, `test`; see `Split.init(folderName:)`) with a folder of each
/// class, or folders of classes right away, which then are the training split.
struct ImageFolderLayout {
    let path: String
    /// The folder of every split there is.
    let folders: [(split: Split, path: String)]
    /// What somebody should know of folders that are not used.
    private let remarks: [String]
    /// The folder of all images where there is just one, whose name may not be that of a class.
    private(set) var onlyClass: String?

    /// What a folder holds, by its sub-folders.
    enum Content {
        /// Folders of splits, or of classes.
        case layout(ImageFolderLayout)
        /// Nothing but one folder, which may be the data itself: an archive unpacked into a folder of its own.
        case wrapped(String)
        /// No classes, and why.
        case nothing(DatasetsError)
    }

    /// Looks at a folder.
    ///
    /// - Throws: `DatasetsError` if it cannot be read, or holds two folders of one split.
    static func content(of path: String) throws -> Content {
        let names = try Folders.subfolders(of: path)
        let known = Split.all(of: names)
        var divided: [(split: Split, path: String)] = []
        var remarks: [String] = []
        var bare: [String] = []
        for (split, name) in known {
            let folder = try inner(Folders.join(path, name), around: split)
            if try Folders.subfolders(of: folder).isEmpty {
                bare.append(name)
            } else {
                divided.append((split, folder))
            }
        }
        guard !divided.isEmpty else {
            return try undivided(path, names: names, bare: bare.filter { Split(folderName: $0) != nil })
        }
        for (index, (split, name)) in known.enumerated() {
            if let other = known[..<index].first(where: { $0.split == split }) {
                let kind = split == .validation ? "" : ", both of the \(split.rawValue) split"
                return .nothing(
                    DatasetsError("\(path) holds the folders \(other.name) and \(name)\(kind): remove one of them"))
            }
        }
        for name in bare {
            let folder = Folders.join(path, name)
            guard !known.contains(where: { $0.name == name && $0.split == .train }) else {
                return .nothing(
                    DatasetsError(
                        "\(folder) has no folders of classes: put the images of each class into a folder of its own"))
            }
            remarks.append("\(folder) is not used: it has no folders of classes")
        }
        let namesOfSplits = Set(known.map(\.name))
        for name in names where !namesOfSplits.contains(name) {
            remarks.append("\(Folders.join(path, name)) is not used: its name is not that of a split")
        }
        let order = Split.allCases
        divided.sort { (order.firstIndex(of: $0.split) ?? 0) < (order.firstIndex(of: $1.split) ?? 0) }
        return .layout(ImageFolderLayout(path: path, folders: divided, remarks: remarks))
    }

    /// A folder of a split, or the one of the same split inside of it (`train/train/CLASS`).
    private static func inner(_ folder: String, around split: Split) throws -> String {
        let names = try Folders.subfolders(of: folder)
        guard names.count == 1 else { return folder }
        let inside = Folders.join(folder, names[0])
        if Split(folderName: names[0]) == split { return inside }
        // A class may have such a word in its name, but no folders in it.
        guard Split(wordIn: names[0]) == split, try !Folders.subfolders(of: inside).isEmpty else { return folder }
        return inside
    }

    private static func undivided(_ path: String, names: [String], bare: [String]) throws -> Content {
        guard !names.isEmpty else {
            return .nothing(
                DatasetsError(
                    "\(path) holds no data set: looked for IDX files (train-images-idx3-ubyte.gz), "
                        + "CIFAR-10 (data_batch_1.bin), CIFAR-100 (train.bin, fine_label_names.txt), "
                        + "STL-10 (train_X.bin), folders of classes with JPEG or PNG files, and tables of labels (labels.csv)"
                ))
        }
        if names.count == 1 {
            let folder = Folders.join(path, names[0])
            if try !Folders.subfolders(of: folder).isEmpty { return .wrapped(folder) }
        }
        // A folder of splits beside others is no class of theirs.
        for name in names where names.count > 1 {
            let folder = Folders.join(path, name)
            let inside = try Folders.subfolders(of: folder).filter { inner in
                try Split(folderName: inner) != nil && !Folders.subfolders(of: Folders.join(folder, inner)).isEmpty
            }
            guard inside.isEmpty else {
                return .nothing(
                    DatasetsError(
                        "\(path) holds several folders, and \(folder) holds the split \(inside[0]): name that folder itself"
                    ))
            }
        }
        if let first = bare.first, bare.count == names.count {
            let folder = Folders.join(path, first)
            guard try !Folders.names(in: folder).isEmpty else {
                return .nothing(
                    DatasetsError(
                        "\(folder) holds no images: make one folder a class and put JPEG or PNG files into it"))
            }
            return .nothing(
                DatasetsError(
                    "\(path) holds no classes, only \(names.joined(separator: ", ")): put the images of each class into a folder of "
                        + "its own, such as \(folder)/CLASS"))
        }
        return .layout(
            ImageFolderLayout(
                path: path, folders: [(.train, path)], remarks: [],
                onlyClass: names.count == 1 ? Folders.join(path, names[0]) : nil))
    }

    var splits: [Split] { folders.map(\.split) }

    /// Whether there are folders of splits.
    var isDivided: Bool { folders.contains { $0.path != path } }

    /// Finds the images of one split.
    ///
    /// - Throws: `DatasetsError` if there is no such split, splits differ in their classes, or a class has no images.
    func dataset(for split: Split) throws -> ImageFolder {
        guard let folder = folders.first(where: { $0.split == split })?.path else {
            throw missingSplit(split, of: path, available: splits)
        }
        try compareClasses()
        var images = try ImageFolder(folder: folder, name: path)
        images.remarks = remarks + (isDivided ? try describeFilesBeside(path, "splits") : []) + images.remarks
        return images
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
