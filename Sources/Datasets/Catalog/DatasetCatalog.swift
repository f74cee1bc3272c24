/// Opens data sets by name or by path, whatever their format.
///
/// ```swift
/// let images = try DatasetCatalog.open("fashion-mnist", split: .train)
/// print(images.count, images.classNames)
/// ```
public enum DatasetCatalog {
    /// The names that `open` knows.
    public static let names = KnownDataset.all.map(\.name)

    /// Opens a split of a data set.
    ///
    /// A path may lead to MNIST-like IDX files, CIFAR-10, CIFAR-100 or STL-10 in their binary versions, an image folder
    /// (`ImageFolderLayout`), or images with a table of labels (`LabelTable`); which of them is told by what is inside, or by what is in
    /// the only folder inside. `wake-words:FOLDER` is a folder of images with boxes (`AnnotatedFolder`), as a
    /// classification: whether an image shows a person; a `.json` file is a list of images (`DividedImages`). A known name wins over a folder of the same name: write
    /// `./mnist` for the folder.
    ///
    /// - Parameters:
    ///   - nameOrPath: one of `names`, a folder, or `wake-words:FOLDER`.
    ///   - split: which part; see `availableSplits(_:locations:)`.
    ///   - locations: where data sets with a name are looked for.
    /// - Throws: `DatasetsError` if there is no such data set, it has no such split, or a file is missing or damaged.
    public static func open(
        _ nameOrPath: String, split: Split, locations: DataLocations = DataLocations()
    ) throws -> any Dataset {
        try find(nameOrPath, locations).dataset(for: split, locations)
    }

    /// The splits that a data set has, in the order train, validation, test.
    ///
    /// - Throws: `DatasetsError` if there is no such data set.
    public static func availableSplits(
        _ nameOrPath: String, locations: DataLocations = DataLocations()
    ) throws -> [Split] {
        try find(nameOrPath, locations).splits
    }

    /// What a folder turned out to be.
    private enum Content {
        case idx(IDXFolder)
        case cifar(CIFARFolder)
        case stl10(STL10Folder)
        case images(ImageFolderLayout)
        case table(LabelTable)
        case wakeWords(AnnotatedFolder)
        case divided(DividedImages)

        var splits: [Split] {
            switch self {
            case .idx(let folder): IDXFolder.splits(in: folder.path)
            case .cifar(let folder): folder.splits
            case .stl10(let folder): STL10Folder.splits(in: folder.path)
            case .images(let layout): layout.splits
            case .table(let table): table.splits
            case .wakeWords(let folder): folder.splits
            case .divided(let list): list.splits
            }
        }

        func dataset(for split: Split, _ locations: DataLocations) throws -> any Dataset {
            switch self {
            case .idx(let folder): try folder.dataset(for: split)
            case .cifar(let folder): try folder.dataset(for: split)
            case .stl10(let folder): try folder.dataset(for: split)
            case .images(let layout): try layout.dataset(for: split)
            case .table(let table): try table.dataset(for: split)
            case .wakeWords(let folder): try WakeWordsDataset(folder.annotations(for: split))
            case .divided(let list): try list.dataset(for: split, locations: locations)
            }
        }
    }

    private static func find(_ nameOrPath: String, _ locations: DataLocations) throws -> Content {
        if let known = KnownDataset.all.first(where: { $0.name == nameOrPath }) {
            let folders = locations.folders(known.places)
            guard let folder = folders.first(where: { !IDXFolder.splits(in: $0).isEmpty }) else {
                throw DatasetsError(
                    "\(known.name) is not in \(folders.joined(separator: ", ")): \(known.advice)")
            }
            return .idx(IDXFolder(path: folder, name: known.name, classNames: known.classNames))
        }
        if nameOrPath.hasPrefix(wakeWords) {
            let folder = String(nameOrPath.dropFirst(wakeWords.count))
            guard !folder.isEmpty else {
                throw DatasetsError("\(nameOrPath) names no folder: write \(wakeWords)FOLDER, of images with boxes")
            }
            return .wakeWords(try AnnotatedFolder(folder))
        }
        if DividedImages.isNamed(by: nameOrPath) { return .divided(try DividedImages(contentsOf: nameOrPath)) }
        guard Folders.isFolder(nameOrPath) else {
            let known = names.joined(separator: " and ")
            throw DatasetsError(
                "there is no data set \"\(nameOrPath)\": known by name are \(known), anything else has to be a folder")
        }
        return try content(of: nameOrPath)
    }

    /// The folders that the archives of data sets unpack into.
    private static let archiveFolders = ["cifar-10-batches-bin", "cifar-100-binary", "stl10_binary"]

    /// Folders around folders that are looked into.
    private static let deepest = 4

    private static func content(of path: String) throws -> Content {
        var place = path
        for _ in 0...deepest {
            if let files = files(in: place) { return files }
            let folders = try ImageFolderLayout.content(of: place)
            if case .layout(let layout) = folders, layout.isDivided { return .images(layout) }
            // A table says more than folders do, which may be mere places of its files.
            let table = try LabelTable.content(of: place)
            if case .table(let table) = table { return .table(table) }
            switch folders {
            case .layout(let layout):
                if let folder = layout.onlyClass {
                    if case .nothing(let reason?) = table { throw reason }
                    if case .table(let table) = try LabelTable.content(of: folder) { return .table(table) }
                }
                return .images(layout)
            case .wrapped(let inner): place = inner
            case .nothing(let error):
                if case .nothing(let reason?) = table { throw reason }
                throw error
            }
        }
        throw DatasetsError("\(path) holds folders in folders, but no images: name the folder with the data itself")
    }

    /// Data sets with files of their own kind.
    private static func files(in path: String) -> Content? {
        for folder in [path] + archiveFolders.map({ Folders.join(path, $0) }) where Folders.isFolder(folder) {
            if !IDXFolder.splits(in: folder).isEmpty {
                let isFashion = folder.lowercased().contains("fashion")
                return .idx(
                    IDXFolder(path: folder, name: path, classNames: isFashion ? KnownDataset.fashionClasses : nil))
            }
            if let kind = CIFARFolder.kind(of: folder) { return .cifar(CIFARFolder(path: folder, kind: kind)) }
            if !STL10Folder.splits(in: folder).isEmpty { return .stl10(STL10Folder(path: folder)) }
        }
        return nil
    }
}
