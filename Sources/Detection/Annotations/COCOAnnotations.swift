import Foundation

/// A data set in COCO's JSON: `{"images": […], "annotations": […], "categories": […]}`.
public enum COCOAnnotations {
    /// Reads a file.
    ///
    /// - Parameters:
    ///   - path: the JSON file, such as `instances_val2017.json`.
    ///   - imageFolder: the folder of the images that it names.
    /// - Throws: `DetectionError` naming the file and what is wrong with it. A bad annotation is no error: it is left out, and listed.
    public static func read(_ path: String, imageFolder: String) throws -> AnnotatedImages {
        try read(path, imageFolders: [imageFolder])
    }

    /// Reads a file whose images lie in any of some folders, the likeliest first.
    ///
    /// - Parameter storedSize: where the file says no size of an image; nil makes that an error.
    public static func read(
        _ path: String, imageFolders: [String], storedSize: StoredImageSize? = nil
    ) throws -> AnnotatedImages {
        guard let data = FileManager.default.contents(atPath: path) else { throw DetectionError("cannot read \(path)") }
        let file = try COCOFile([UInt8](data), path: path)
        let used = Set(file.annotations.compactMap(\.category))
        let categories = try Categories(file.categories, used: used, path: path)
        var images = try Images(file.images, path: path, ImagePaths(folders: imageFolders), storedSize)
        var check = BoxCheck()
        var odd: (count: Int, first: String)?
        for (number, annotation) in file.annotations.enumerated() {
            let name = annotation.id.map { "annotation \($0)" } ?? "annotation number \(number + 1)"
            func drop(_ reason: String, of image: Int? = nil) {
                check.drop(
                    "\(name) \(reason)",
                    file: image.map { "\(path): \(file.images[images.sources[$0]].fileName)" } ?? path)
            }
            guard let id = annotation.image, let place = images.places[id] else {
                drop(annotation.image.map { "is of image \($0), which is not listed" } ?? "names no image")
                continue
            }
            guard let id = annotation.category, let label = categories.labels[id] else {
                drop(
                    annotation.category.map { "is of category \($0), which is not listed" } ?? "names no category",
                    of: place)
                continue
            }
            guard let numbers = annotation.box, numbers.count == 4 else {
                let count = annotation.box.map { $0.count > 4 ? "more than 4" : "\($0.count)" }
                drop(
                    count.map {
                        "has a bbox of \($0) \($0 == "1" ? "number" : "numbers") in place of x, y, width, height"
                    } ?? "has no bbox",
                    of: place)
                continue
            }
            if let odd = annotation.oddSide {
                drop("has a bbox with \(Self.written(odd)) in it, which is no number", of: place)
                continue
            }
            let box = Box(x: numbers[0], y: numbers[1], width: numbers[2], height: numbers[3])
            guard
                let inside = check.check(
                    box, width: images.images[place].width, height: images.images[place].height,
                    label: categories.names[label], file: "\(path): \(file.images[images.sources[place]].fileName)")
            else { continue }
            var area: Double?
            if case .number(let value, _) = annotation.area, value.isFinite {
                area = value
            } else if annotation.area != .null {
                odd = ((odd?.count ?? 0) + 1, odd?.first ?? "\(name): \(Self.written(annotation.area))")
            }
            images.images[place].objects.append(
                GroundTruth(box: inside, label: label, area: area, isCrowd: annotation.isCrowd))
        }
        var remarks = categories.remarks + images.remarks
        if let odd {
            remarks.append(
                "\(path): areas that are no numbers, in place of which those of the boxes are taken: \(odd.count) (\(odd.first))"
            )
        }
        return AnnotatedImages(
            name: path, classNames: categories.names, images: images.images, dropped: check.dropped, remarks: remarks)
    }

    private static func written(_ value: JSONScanner.Scalar) -> String {
        switch value {
        case .number(_, let digits): String(digits.prefix(40))
        case .text(let text): "\"\(text.prefix(40))\""
        case .bool(let bool): "\(bool)"
        case .null: "null"
        case .other: "a list or an object"
        }
    }

    /// Classes in the order of their identifiers, which have gaps; labels count from 0.
    private struct Categories {
        private(set) var names: [String] = []
        private(set) var labels: [String: Int] = [:]
        private(set) var remarks: [String] = []

        /// - Parameter used: the identifiers that annotations name.
        init(_ listed: [COCOFile.Category], used: Set<String>, path: String) throws {
            guard !listed.isEmpty else { throw DetectionError("\(path) has no categories: write at least one") }
            let groups = Set(listed.filter { $0.group != $0.name }.map(\.group))
            let withObjects = Set(listed.filter { $0.id.map(used.contains) == true }.map(\.name))
            // Roboflow lists the group of all classes among them; a detector would be built for it, and find none.
            func isGroup(_ category: COCOFile.Category) -> Bool {
                category.id != nil && groups.contains(category.name) && !withObjects.contains(category.name)
            }
            let categories = listed.filter { !isGroup($0) }
            if let first = listed.first(where: isGroup), let id = first.id {
                let more = listed.count - categories.count - 1
                remarks.append(
                    "\(path): category \(id), \(first.name), is a group of others and has no objects of its own: it is no class"
                        + (more > 0 ? ", nor are \(more) more such groups" : ""))
            }
            func order(_ id: String) -> (Double, Int, String) { (Double(id) ?? .infinity, id.utf8.count, id) }
            let sorted = categories.sorted { order($0.id ?? "") < order($1.id ?? "") }
            var places: [String: Int] = [:]
            for category in sorted {
                guard let id = category.id else {
                    throw DetectionError("\(path) has a category \"\(category.name)\" without an id: give it one")
                }
                guard !category.name.isEmpty else {
                    throw DetectionError("\(path) has no name for category \(id): write one")
                }
                if let other = labels[id], names[other] != category.name {
                    throw DetectionError(
                        "\(path) has two categories with the id \(id), \(names[other]) and \(category.name): give each one of its own"
                    )
                }
                // Some tools write a group of classes beside a class of the same name.
                let label = places[category.name] ?? names.count
                if label == names.count { names.append(category.name) }
                places[category.name] = label
                labels[id] = label
            }
        }
    }

    /// Images, each once.
    private struct Images {
        var images: [AnnotatedImage] = []
        /// For each image its first place in the file's list.
        private(set) var sources: [Int] = []
        private(set) var places: [String: Int] = [:]
        private(set) var remarks: [String] = []

        init(_ listed: [COCOFile.Image], path: String, _ paths: ImagePaths, _ storedSize: StoredImageSize?) throws {
            var files: [String: Int] = [:]
            var repeated: (count: Int, first: String)?
            for (number, image) in listed.enumerated() {
                guard !image.fileName.isEmpty, let id = image.id else {
                    throw DetectionError(
                        "\(path): image number \(number + 1) of the list has no \(image.id == nil ? "id" : "file_name"): write one"
                    )
                }
                let existing = paths.existing(image.fileName)
                let file = existing ?? paths.missing(image.fileName)
                let lookUp = Self.hasNoSize(image) ? storedSize : nil
                let (width, height) =
                    if let size = existing.flatMap({ lookUp?($0) }) { size } else { try Self.size(image, id, path) }
                if let place = places[id], images[place].path != file {
                    throw DetectionError(
                        "\(path) has two images with the id \(id), \(listed[sources[place]].fileName) and \(image.fileName): "
                            + "give each one of its own")
                }
                if let place = files[file] {
                    // Another id of the same file: its objects are all in one picture.
                    guard (images[place].width, images[place].height) == (width, height) else {
                        throw DetectionError("\(path) lists \(image.fileName) twice, with two sizes: remove one")
                    }
                    places[id] = place
                    repeated = ((repeated?.count ?? 0) + 1, repeated?.first ?? image.fileName)
                    continue
                }
                places[id] = images.count
                files[file] = images.count
                sources.append(number)
                images.append(
                    AnnotatedImage(path: file, width: width, height: height, objects: [], annotation: path))
            }
            if let repeated {
                remarks.append(
                    "\(path): images that are listed again, and count once: \(repeated.count) (\(repeated.first))")
            }
        }

        private static let sides = 1.0...65_536

        /// Whether a side is missing, 0 or a text, which says nothing of the image; what no image has is an error.
        private static func hasNoSize(_ image: COCOFile.Image) -> Bool {
            [image.width, image.height].contains { side in
                switch side {
                case .null, .text: true
                case .number(let value, _): value == 0
                case .bool, .other: false
                }
            }
        }

        private static func size(_ image: COCOFile.Image, _ id: String, _ path: String) throws -> (Int, Int) {
            if case .number(let width, _) = image.width, case .number(let height, _) = image.height,
                sides.contains(width), sides.contains(height)
            {
                return (Int(width), Int(height))
            }
            let size = "\(written(image.width)) x \(written(image.height))"
            throw DetectionError(
                "\(path): image \(id) (\(image.fileName)) has a size of \(size): write its width and height in pixels")
        }
    }
}
