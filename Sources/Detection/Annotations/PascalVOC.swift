import Foundation

/// Data sets in the XML of Pascal VOC: in the challenge's own layout (`Annotations/*.xml`, `JPEGImages/`, `ImageSets/Main/SPLIT.txt`), or
/// as labelling tools leave it, a file beside or near each image.
///
/// Corners are taken as they are written. The challenge itself counts pixels from 1, most labelling tools write positions; the
/// difference is one pixel.
public enum PascalVOC {
    /// Reads a split of the challenge's layout.
    ///
    /// - Parameters:
    ///   - folder: holds the three folders.
    ///   - split: a file of `ImageSets/Main` without its ending: "train", "val", "trainval" or "test".
    ///   - classNames: the classes and their order; nil takes the names in the split's annotations, sorted.
    ///   - storedSize: where annotations say no size; nil makes that an error.
    /// - Throws: `DetectionError` naming the file that is missing or cannot be understood. A bad box is no error: it is left out, and listed.
    public static func read(
        folder: String, split: String, classNames: [String]? = nil, storedSize: StoredImageSize? = nil
    ) throws -> AnnotatedImages {
        let list = "\(folder)/ImageSets/Main/\(split).txt"
        var text = try contents(of: list)[...]
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
        var remarks: [String] = []
        var names: [String] = []
        var known: Set<String> = []
        let annotations = "\(folder)/Annotations"
        let lookUp = FolderNames()
        for line in String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline) {
            guard let name = name(in: line, annotations, lookUp) else { continue }
            if known.insert(name).inserted {
                names.append(name)
            } else if remarks.isEmpty {
                remarks.append("\(list) names \(name) more than once: it counts once")
            }
        }
        guard !names.isEmpty else {
            throw DetectionError("\(list) names no image: write one name a line, without its ending")
        }
        var result = try read(
            names.map { name in
                guard let path = lookUp.path(of: "\(name).xml", in: annotations) else {
                    throw DetectionError(
                        "\(list) names \(name), and there is no \(annotations)/\(name).xml: add it, or remove the line")
                }
                return path
            },
            imageFolders: ["\(folder)/JPEGImages"], name: folder, classNames: classNames, storedSize: storedSize)
        result.remarks += remarks
        return result
    }

    /// Reads annotations by their paths.
    ///
    /// An image is looked for by the name of its annotation, and then by what the annotation calls it: files are renamed more often than
    /// what is in them.
    ///
    /// - Parameters:
    ///   - imageFolders: where the images may lie, the likeliest first.
    ///   - name: what the data set is called.
    ///   - classNames: the classes and their order; nil takes the names in the annotations, sorted.
    ///   - storedSize: where annotations say no size; nil makes that an error.
    /// - Throws: `DetectionError` naming the file that is missing or cannot be understood.
    public static func read(
        _ annotations: [String], imageFolders: [String], name: String, classNames: [String]? = nil,
        storedSize: StoredImageSize? = nil
    ) throws -> AnnotatedImages {
        let files = try annotations.map { path in
            let annotation = try VOCAnnotation(contents(of: path), file: path)
            guard annotation.size != nil || storedSize != nil else { throw VOCAnnotation.noSize(path) }
            return (path: path, annotation: annotation)
        }
        let paths = ImagePaths(folders: imageFolders)
        let found = Set(files.flatMap { $0.annotation.objects.map(\.name) }.filter { !$0.isEmpty })
        let classes = classNames ?? found.sorted()
        let labels = Dictionary(zip(classes, classes.indices)) { first, _ in first }
        var check = BoxCheck()
        var images = Images()
        for (path, annotation) in files {
            let stem = stem(of: path)
            let existing =
                paths.existing(stem: stem, like: annotation.fileName)
                ?? (annotation.fileName.isEmpty ? nil : paths.existing(annotation.fileName))
            let file = existing ?? paths.missing(annotation.fileName.isEmpty ? "\(stem).jpg" : annotation.fileName)
            guard let (width, height) = annotation.size ?? existing.flatMap({ storedSize?($0) }) else {
                throw VOCAnnotation.noSize(path)
            }
            let objects = try annotation.objects.enumerated().compactMap { number, object -> GroundTruth? in
                guard !object.name.isEmpty else {
                    check.drop("object number \(number + 1) has no name", file: path)
                    return nil
                }
                guard let label = labels[object.name] else {
                    throw DetectionError(
                        "\(path) has an object \"\(object.name)\": known are \(classes.joined(separator: ", "))")
                }
                guard object.hasBox else {
                    check.drop("an object \(object.name) has no <bndbox>", file: path)
                    return nil
                }
                for _ in 0..<object.moreBoxes {
                    check.drop("an object \(object.name) has a second <bndbox>: the first counts", file: path)
                }
                let inside = check.check(object.box, width: width, height: height, label: object.name, file: path)
                return inside.map { GroundTruth(box: $0, label: label, isDifficult: object.isDifficult) }
            }
            try images.add(
                AnnotatedImage(path: file, width: width, height: height, objects: objects, annotation: path),
                from: path,
                isThere: existing != nil)
        }
        return AnnotatedImages(
            name: name, classNames: classes, images: images.images, dropped: check.dropped, remarks: images.remarks)
    }

    /// Images, each once, whatever the number of its annotations: copies of a file would put one image into two parts.
    private struct Images {
        private(set) var images: [AnnotatedImage] = []
        /// For each image that is there its place, and the file that it came from.
        private var places: [String: (index: Int, annotation: String)] = [:]
        private var repeated: (count: Int, first: String)?

        /// Adds an image, or its objects to what is known of it.
        mutating func add(_ image: AnnotatedImage, from annotation: String, isThere: Bool) throws {
            guard isThere, let (index, first) = places[image.path] else {
                if isThere { places[image.path] = (images.count, annotation) }
                images.append(image)
                return
            }
            guard (images[index].width, images[index].height) == (image.width, image.height) else {
                throw DetectionError("\(first) and \(annotation) give \(image.path) two sizes: remove one")
            }
            var known = Set(images[index].objects)
            images[index].objects += image.objects.filter { known.insert($0).inserted }
            repeated = ((repeated?.count ?? 0) + 1, repeated?.first ?? annotation)
        }

        var remarks: [String] {
            repeated.map {
                ["annotations of images that have one already, each of which counts once: \($0.count) (\($0.first))"]
            } ?? []
        }
    }

    /// The annotation that a line of a list names; nil for an empty line.
    ///
    /// Lists of one class, such as `aeroplane_train.txt`, have a second column of −1, 0 or 1. Names may hold spaces, so a line is a name
    /// as a whole where there is such a file. Some tools write the image's file in place of its name.
    private static func name(in line: Substring, _ annotations: String, _ lookUp: FolderNames) -> String? {
        let line = line.trimmingCharacters(in: .whitespaces)
        guard !line.isEmpty else { return nil }
        var candidates = [line]
        if let space = line.lastIndex(where: \.isWhitespace),
            ["-1", "0", "1"].contains(line[line.index(after: space)...])
        {
            candidates.append(line[..<space].trimmingCharacters(in: .whitespaces))
        }
        let likely = candidates[candidates.count - 1]
        candidates += candidates.map { candidate in
            let file = candidate.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? candidate
            return ImagePaths.withoutEnding(file)
        }
        return candidates.first { lookUp.path(of: "\($0).xml", in: annotations) != nil } ?? likely
    }

    private static func stem(of path: String) -> String {
        let file = path.split(separator: "/").last ?? ""
        return String(file.lowercased().hasSuffix(".xml") ? file.dropLast(4) : file)
    }

    private static func contents(of path: String) throws(DetectionError) -> Data {
        guard let data = FileManager.default.contents(atPath: path) else { throw DetectionError("cannot read \(path)") }
        return data
    }
}
