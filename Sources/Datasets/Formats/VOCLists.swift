import Detection

/// Pascal VOC's own layout: lists of images in `ImageSets/Main`, annotations in `Annotations`, images in `JPEGImages`.
struct VOCLists: AnnotationLayout {
    private let path: String
    /// The list of each split, without its ending.
    private let lists: [Split: String]

    /// Looks at a folder; nil where it has no lists.
    ///
    /// - Throws: `DatasetsError` where it has a folder for them, but none in it.
    init?(_ path: String) throws {
        let sets = Folders.join(path, "ImageSets")
        let main = Folders.join(sets, "Main")
        guard Folders.isFolder(sets) else { return nil }
        let names = Folders.isFolder(main) ? try Self.textFiles(in: main) : []
        var lists: [Split: String] = [:]
        for name in names {
            guard let split = Split(folderName: name), lists[split] == nil || name == "val" else { continue }
            lists[split] = name
        }
        func named(_ word: String) -> String? { names.first { $0.lowercased() == word } }
        if lists[.train] == nil { lists[.train] = named("trainval") }
        // CVAT writes one list of all images.
        if lists.isEmpty { lists[.train] = named("default") }
        guard !lists.isEmpty else {
            let others = try Self.textFiles(in: sets).map { "\($0).txt" }
            throw DatasetsError(
                "\(path) has no lists of images: they are looked for in \(main), as train.txt, val.txt and test.txt"
                    + (others.isEmpty ? "" : "; move \(others.prefix(5).joined(separator: ", ")) there from \(sets)"))
        }
        (self.path, self.lists) = (path, lists)
    }

    private static func textFiles(in folder: String) throws -> [String] {
        try Folders.names(in: folder).filter { $0.lowercased().hasSuffix(".txt") }.map { String($0.dropLast(4)) }
    }

    var splits: [Split] { Split.allCases.filter { lists[$0] != nil } }

    func annotations(for split: Split, classNames: [String]?) throws -> AnnotatedImages {
        try PascalVOC.read(
            folder: path, split: lists[split] ?? "", classNames: classNames, storedSize: ImageSize.stored)
    }
}
