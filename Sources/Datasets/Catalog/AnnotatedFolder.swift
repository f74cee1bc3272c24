import Detection

/// A folder of images with boxes, in one of the layouts that such data come in.
///
/// - Pascal VOC: `Annotations/*.xml`, `JPEGImages/`, `ImageSets/Main/train.txt`, `val.txt`, `test.txt`.
/// - COCO: `annotations/instances_train2017.json` and so on; images in `train2017/`, `images/train2017/`, `train/` or `images/`.
/// - COCO, a folder a split: `train/_annotations.coco.json` beside its images.
public struct AnnotatedFolder: Sendable {
    public let path: String
    private let layout: Layout

    private enum Layout {
        case voc
        /// For each split its annotations and its folder of images.
        case coco([Split: (annotations: String, images: String)])
    }

    private static let names: [(split: Split, names: [String])] = [
        (.train, ["train"]), (.validation, ["val", "valid", "validation"]), (.test, ["test"]),
    ]

    /// Looks at a folder.
    ///
    /// - Throws: `DatasetsError` where it holds none of the layouts.
    public init(_ path: String) throws {
        self.path = path
        guard Folders.isFolder(path) else {
            throw DatasetsError("there is no folder \(path): images with boxes come in a folder")
        }
        if Folders.isFolder(Folders.join(path, "ImageSets/Main")) {
            layout = .voc
            return
        }
        let found = try Self.cocoSplits(path)
        guard !found.isEmpty else {
            throw DatasetsError(
                "\(path) holds no images with boxes: looked for Pascal VOC (ImageSets/Main/train.txt, Annotations, JPEGImages) and COCO "
                    + "(annotations/instances_train2017.json, or train/_annotations.coco.json)")
        }
        layout = .coco(found)
    }

    /// The splits there are.
    public var splits: [Split] {
        switch layout {
        case .voc:
            Self.names.filter { _, names in vocList(names) != nil }.map(\.split)
        case .coco(let found): Split.allCases.filter { found[$0] != nil }
        }
    }

    /// Reads the annotations of a split.
    ///
    /// - Parameter classNames: the classes and their order, where they are known already.
    /// - Throws: `DatasetsError` or `DetectionError` naming the file and what is wrong with it.
    public func annotations(for split: Split, classNames: [String]? = nil) throws -> AnnotatedImages {
        guard splits.contains(split) else { throw missingSplit(split, of: path, available: splits) }
        let result: AnnotatedImages
        switch layout {
        case .voc:
            let names = Self.names.first { $0.split == split }?.names ?? []
            result = try PascalVOC.read(folder: path, split: vocList(names) ?? "", classNames: classNames)
        case .coco(let found):
            guard let place = found[split] else { throw missingSplit(split, of: path, available: splits) }
            result = try COCOAnnotations.read(place.annotations, imageFolder: place.images)
        }
        if let classNames, result.classNames != classNames {
            throw DatasetsError(
                "the \(split.rawValue) split of \(path) has other classes (\(Self.list(result.classNames))) than expected "
                    + "(\(Self.list(classNames)))")
        }
        guard !result.classNames.isEmpty else {
            throw DatasetsError("the \(split.rawValue) split of \(path) has no objects: annotate some")
        }
        return result
    }

    private static func list(_ names: [String]) -> String {
        names.prefix(5).joined(separator: ", ") + (names.count > 5 ? " …" : "")
    }

    private func vocList(_ names: [String]) -> String? {
        names.first { Folders.isFile(Folders.join(path, "ImageSets/Main/\($0).txt")) }
    }

    private static func cocoSplits(_ path: String) throws -> [Split: (annotations: String, images: String)] {
        var found: [Split: (annotations: String, images: String)] = [:]
        let annotations = Folders.join(path, "annotations")
        let files = Folders.isFolder(annotations) ? try Folders.names(in: annotations) : []
        for (split, names) in Self.names {
            for name in names {
                let beside = Folders.join(path, "\(name)/_annotations.coco.json")
                if Folders.isFile(beside) { found[split] = (beside, Folders.join(path, name)) }
                guard let file = files.first(where: { $0.hasPrefix("instances_\(name)") && $0.hasSuffix(".json") })
                else { continue }
                let suffix = file.dropFirst("instances_".count).dropLast(".json".count)
                let folders = ["\(suffix)", "images/\(suffix)", name, "images/\(name)", "images"]
                guard let images = folders.map({ Folders.join(path, $0) }).first(where: Folders.isFolder) else {
                    throw DatasetsError(
                        "\(path) has \(file), but no folder of its images: looked for \(folders.joined(separator: ", "))"
                    )
                }
                found[split] = (Folders.join(annotations, file), images)
            }
        }
        return found
    }
}
