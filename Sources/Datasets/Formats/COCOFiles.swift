import Detection
import Foundation

/// COCO's JSON: a file for each split, beside its images or in `annotations`, or one for all images, which then are the training split.
struct COCOFiles: AnnotationLayout {
    private let path: String
    private let places: [Split: (annotations: String, images: [String])]

    /// Looks at a folder; nil where there are no such files.
    ///
    /// - Parameter isSure: takes files alone that hold images and annotations, and not those that begin as if they might.
    /// - Throws: `DatasetsError` where two files may be meant.
    init?(_ path: String, isSure: Bool) throws {
        let isLikely = isSure ? Self.holdsAnnotations : Self.isLikely
        let names = try Folders.subfolders(of: path)
        var places: [Split: (annotations: String, images: [String])] = [:]
        for (split, name) in Split.likeliest(of: names) {
            let folder = Folders.join(path, name)
            let files = try Self.files(in: folder)
            let named = files.first { $0.lowercased().hasSuffix(".coco.json") }
            guard let file = try named ?? files.first(where: { try isLikely(Folders.join(folder, $0)) }) else {
                continue
            }
            places[split] = (Folders.join(folder, file), Self.existing([folder, Folders.join(folder, "images")]))
        }
        let groups = names.filter { ["annotations", "annotation", "labels"].contains($0.lowercased()) }
        let found = try ([path] + groups.map { Folders.join(path, $0) }).flatMap { folder in
            try Self.files(in: folder).filter { try folder != path || isLikely(Folders.join(folder, $0)) }
                .map { (folder: folder, name: $0) }
        }
        for split in Split.allCases where places[split] == nil {
            let files = found.filter { Self.split(of: $0.name) == split }
            // COCO has files of captions, key points and segments beside those of boxes.
            let likely = files.filter { $0.name.lowercased().hasPrefix("instances") }
            let chosen = likely.isEmpty ? files.filter { !Self.isOfOtherKind($0.name) } : likely
            guard let file = chosen.first else { continue }
            guard chosen.count == 1 else {
                throw DatasetsError(
                    "\(path) has \(chosen.map(\.name).joined(separator: " and ")), all of the \(split.rawValue) split: keep one"
                )
            }
            places[split] = (
                Folders.join(file.folder, file.name), try Self.imageFolders(of: file.name, split, in: path, names)
            )
        }
        if places.isEmpty, let file = try Self.single(found, in: path, isLikely) {
            let common = Self.common.map { Folders.join(path, $0) }
            let folders = try (common + common.flatMap(Self.only) + names.map { Folders.join(path, $0) })
            places[.train] = (Folders.join(file.folder, file.name), Self.existing(folders + [path]))
        }
        guard !places.isEmpty else { return nil }
        (self.path, self.places) = (path, places)
    }

    /// Where images of any split may lie.
    private static let common = ["images", "JPEGImages", "Images", "imgs", "img", "data"]

    /// The split that a file's name tells of: `instances_train2017.json`, `Train.json`, `my_val_annotations.json`.
    private static func split(of name: String) -> Split? {
        parts(of: name).lazy.compactMap { Split(folderName: $0) }.first
    }

    private static func parts(of name: String) -> [String] {
        name.dropLast(".json".count).split(whereSeparator: { !$0.isLetter }).map(String.init)
    }

    private static func isOfOtherKind(_ name: String) -> Bool {
        let parts = parts(of: name.lowercased())
        return ["captions", "keypoints", "panoptic", "stuff", "image"].contains { parts.contains($0) }
    }

    /// The one file for all images; nil where there is none.
    private static func single(
        _ found: [(folder: String, name: String)], in path: String, _ isLikely: (String) throws -> Bool
    ) throws -> (folder: String, name: String)? {
        let files = try found.filter { try isLikely(Folders.join($0.folder, $0.name)) }
        guard files.count > 1 else { return files.first }
        let named = files.filter {
            $0.name.lowercased().hasSuffix(".coco.json") || $0.name.lowercased().hasPrefix("instances")
        }
        guard named.count == 1 else {
            throw DatasetsError(
                "\(path) has \(files.prefix(5).map(\.name).joined(separator: " and ")): name them train.json, val.json and test.json, "
                    + "or keep one")
        }
        return named.first
    }

    /// The folders in a folder, as far as each holds one folder and nothing else: `images/default`, as CVAT writes it.
    private static func only(in folder: String) throws -> [String] {
        var folders: [String] = []
        var place = folder
        while folders.count < 4, Folders.isFolder(place), let name = try onlyName(in: place) {
            place = Folders.join(place, name)
            folders.append(place)
        }
        return folders
    }

    private static func onlyName(in folder: String) throws -> String? {
        let names = try Folders.names(in: folder)
        return names.count == 1 && Folders.isFolder(Folders.join(folder, names[0])) ? names[0] : nil
    }

    /// Whether a file has what COCO's have to have, wherever in it: keys in quotes. A file that is a mere pointer to one is taken for it.
    private static func holdsAnnotations(_ path: String) throws -> Bool {
        let start = try FileReader.prefix(of: path, count: 64)
        if start.starts(with: Array("version https://git-lfs".utf8)) { return true }
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped) else { return false }
        return ["\"images\"", "\"annotations\""].allSatisfy { data.range(of: Data($0.utf8)) != nil }
    }

    /// Whether a file begins as COCO's do.
    private static func isLikely(_ path: String) throws -> Bool {
        let start = String(decoding: try FileReader.prefix(of: path, count: 4096), as: UTF8.self)
        return ["images", "annotations", "categories", "licenses", "info"].contains { start.contains("\"\($0)\"") }
    }

    private static func imageFolders(of file: String, _ split: Split, in path: String, _ names: [String]) throws
        -> [String]
    {
        let suffix = file.dropLast(".json".count).drop(while: { $0 != "_" }).dropFirst()
        func isOfSplit(_ name: String) -> Bool { (Split(folderName: name) ?? Split(wordIn: name)) == split }
        let known = names.filter(isOfSplit)
        let inside = common.filter { Folders.isFolder(Folders.join(path, $0)) }
        let divided = try inside.flatMap { group in
            try Folders.subfolders(of: Folders.join(path, group)).filter(isOfSplit).map { "\(group)/\($0)" }
        }
        let word = parts(of: file).first { Split(folderName: $0) == split } ?? split.rawValue
        let named = suffix.isEmpty || suffix == word ? [word] : [String(suffix), word]
        let wanted = named.flatMap { [$0, "images/\($0)"] } + ["images"]
        let folders = existing(
            try (wanted + known + divided + inside).map { Folders.join(path, $0) }
                + inside.flatMap { try only(in: Folders.join(path, $0)) })
        guard try !folders.isEmpty || Folders.names(in: path).contains(where: ImageFormat.hasImageEnding) else {
            throw DatasetsError(
                "\(path) has \(file), but no folder of its images: looked for \(wanted.joined(separator: ", "))")
        }
        return folders + [path]
    }

    private static func existing(_ folders: [String]) -> [String] {
        var known: Set<String> = []
        return folders.filter { Folders.isFolder($0) && known.insert($0).inserted }
    }

    private static func files(in folder: String) throws -> [String] {
        try Folders.names(in: folder).filter {
            $0.lowercased().hasSuffix(".json") && Folders.isFile(Folders.join(folder, $0))
        }
    }

    var splits: [Split] { Split.allCases.filter { places[$0] != nil } }

    func annotations(for split: Split, classNames: [String]?) throws -> AnnotatedImages {
        guard let place = places[split] else { throw missingSplit(split, of: path, available: splits) }
        return try COCOAnnotations.read(
            place.annotations, imageFolders: place.images, storedSize: ImageSize.stored)
    }
}
