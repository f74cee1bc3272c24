import Detection

/// Pascal VOC's XML without lists, as labelling tools leave it: a file for each image, beside it or in a folder of their own; in a folder
/// for each split, or all in one, which then is the training split.
struct VOCFiles: AnnotationLayout {
    private let path: String
    private let places: [Split: (annotations: String, images: [String])]

    private static let annotationFolders: Set<String> = ["annotations", "annotation", "xml", "xmls", "labels"]
    private static let imageFolders = ["images", "JPEGImages", "jpegimages", "Images", "image", "imgs", "img"]

    /// Looks at a folder; nil where there are no such files.
    init?(_ path: String) throws {
        var places: [Split: (annotations: String, images: [String])] = [:]
        let names = try Folders.subfolders(of: path)
        // train/, or annotations/train/ beside images/train/.
        let groups = names.filter { Self.annotationFolders.contains($0.lowercased()) }
        let divided = Split.likeliest(of: names).map {
            (split: $0.split, name: $0.name, folder: Folders.join(path, $0.name))
        }
        let candidates =
            divided
            + (try groups.flatMap { group in
                let folder = Folders.join(path, group)
                return try Split.likeliest(of: Folders.subfolders(of: folder)).map {
                    (split: $0.split, name: $0.name, folder: Folders.join(folder, $0.name))
                }
            })
        for (split, name, folder) in candidates {
            guard places[split] == nil, let files = try Self.annotations(in: folder) else { continue }
            // images/train/, or train_images/ beside train_annotations/.
            let shared =
                Self.imageFolders.map { Folders.join(path, "\($0)/\(name)") }
                + divided.filter { $0.split == split }.map(\.folder)
            places[split] = (
                files, Self.existing([files] + Self.images(near: folder) + [Folders.join(path, name)] + shared)
            )
        }
        if places.isEmpty, let files = try Self.annotations(in: path) {
            places[.train] = (files, Self.existing(Self.images(near: path) + [files, path]))
        }
        guard !places.isEmpty else { return nil }
        (self.path, self.places) = (path, places)
    }

    /// The folder of XML files in a folder: itself, or one that is called after them, or one in that (`annotations/xmls`).
    private static func annotations(in folder: String) throws -> String? {
        func named(_ folder: String) throws -> [String] {
            try Folders.subfolders(of: folder).filter { annotationFolders.contains($0.lowercased()) }
                .map { Folders.join(folder, $0) }
        }
        let near = try named(folder)
        return try ([folder] + near + near.flatMap(named)).first { try !files(in: $0).isEmpty }
    }

    private static func images(near folder: String) -> [String] {
        imageFolders.map { Folders.join(folder, $0) } + [folder]
    }

    private static func existing(_ folders: [String]) -> [String] {
        var known: Set<String> = []
        return folders.filter { Folders.isFolder($0) && known.insert($0).inserted }
    }

    private static func files(in folder: String) throws -> [String] {
        try Folders.names(in: folder).filter { $0.lowercased().hasSuffix(".xml") }
    }

    var splits: [Split] { Split.allCases.filter { places[$0] != nil } }

    func annotations(for split: Split, classNames: [String]?) throws -> AnnotatedImages {
        guard let place = places[split] else { throw missingSplit(split, of: path, available: splits) }
        let files = try Self.files(in: place.annotations)
        var result = try PascalVOC.read(
            files.map { Folders.join(place.annotations, $0) }, imageFolders: place.images, name: path,
            classNames: classNames, storedSize: ImageSize.stored)
        let used = Set(result.images.map(\.path))
        let unused = try place.images.prefix(1).flatMap { folder in
            try Folders.names(in: folder).filter(ImageFormat.hasImageEnding).map { Folders.join(folder, $0) }
        }.filter { !used.contains($0) }
        if let first = unused.first {
            result.remarks.append("images without an annotation, which are not used: \(unused.count) (\(first))")
        }
        return result
    }
}
