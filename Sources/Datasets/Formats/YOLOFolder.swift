import Detection

/// Images with YOLO's labels: `images/train/*.jpg`, `labels/train/*.txt` and `data.yaml`; or `train/images/` and `train/labels/`; or
/// everything in one place, which then is the training split, with the names of classes in `classes.txt`; or as Darknet has it, with
/// `obj.data`, `obj.names` and lists of images (`train.txt`), labels beside them.
struct YOLOFolder: AnnotationLayout {
    private let path: String
    private let classNames: [String]
    /// Folders of images, or text files that list images.
    private let places: [Split: [String]]
    private let hasKeyPoints: Bool
    /// What `data.yaml` names and is not there.
    private let remarks: [String]

    /// Looks at a folder; nil where it holds no labels of this kind.
    ///
    /// - Throws: `DatasetsError` where the names of the classes cannot be read.
    init?(_ path: String) throws {
        let chosen = try Self.settings(in: path)
        let discovered = try Self.discover(path)
        let hasLabels = try Self.hasLabels(path, discovered)
        let lists = ["classes.txt", "obj.names", "labels/classes.txt", "names.txt"].map { Folders.join(path, $0) }
        if let chosen, let configuration = try Self.configuration(Folders.join(path, chosen), isExpected: hasLabels) {
            classNames = configuration.classNames
            hasKeyPoints = configuration.hasKeyPoints
            let named = Self.named(
                configuration.places, base: configuration.base, in: path, otherwise: discovered)
            guard hasLabels || named.isAnyThere else { return nil }
            places = named.isAnyThere ? named.places : discovered
            remarks = named.missing.map { "\(Folders.join(path, chosen)) names \($0), which is not there" }
        } else if let configuration = try DarknetConfiguration(in: path) {
            classNames = configuration.classNames
            hasKeyPoints = false
            let divided = try hasLabels ? discovered : Self.byWords(path)
            let named = Self.named(configuration.places, base: "", in: path, otherwise: divided)
            places = named.isAnyThere ? named.places : divided
            remarks = named.missing.map { "\(configuration.path) names \($0), which is not there" }
        } else if hasLabels {
            guard let list = lists.first(where: Folders.isFile) else {
                throw DatasetsError(
                    "\(path) has labels, but no names of their classes: write data.yaml with \"names: [cat, dog]\"")
            }
            classNames = try DarknetConfiguration.classNames(list)
            places = discovered
            (hasKeyPoints, remarks) = (false, [])
        } else {
            return nil
        }
        guard !places.isEmpty else {
            throw DatasetsError(
                "\(path) has no folder or list of images: looked for images, images/train, train/images and train.txt")
        }
        self.path = path
    }

    /// The name of the file with settings, if there is one: `data.yaml`, or the only one of its kind.
    private static func settings(in path: String) throws -> String? {
        let files = try Folders.names(in: path).filter { name in
            [".yaml", ".yml"].contains { name.lowercased().hasSuffix($0) } && Folders.isFile(Folders.join(path, name))
        }
        return files.first { $0.lowercased().hasPrefix("data") } ?? (files.count == 1 ? files[0] : nil)
    }

    /// What a folder without images says of where they are: settings that somebody's tool has written for another place.
    static func placesElsewhere(_ path: String) -> String? {
        guard let file = try? settings(in: path),
            let configuration = try? YOLOConfiguration(path: Folders.join(path, file)),
            let first = Split.allCases.lazy.compactMap({ configuration.places[$0]?.first }).first
        else { return nil }
        let base = configuration.base.isEmpty ? "" : " in \(configuration.base)"
        return
            "\(Folders.join(path, file)) names \(first)\(base), which is not in \(path): name the folder that has the "
            + "images, or put images and labels beside it"
    }

    /// A file that may be about other things where there are no labels.
    private static func configuration(_ path: String, isExpected: Bool) throws -> YOLOConfiguration? {
        isExpected ? try YOLOConfiguration(path: path) : try? YOLOConfiguration(path: path)
    }

    // MARK: - Places

    /// The places that settings name, as far as they are there; for a split that has none of its own, folders by their names.
    ///
    /// - Returns: also what is written, not there, and found nowhere else.
    private static func named(
        _ named: [Split: [String]], base: String, in path: String, otherwise discovered: [Split: [String]]
    ) -> (places: [Split: [String]], missing: [String], isAnyThere: Bool) {
        var places: [Split: [String]] = [:]
        var missing: [Split: [String]] = [:]
        for (split, written) in named {
            for text in written {
                if let found = place(text, base: base, in: path) {
                    places[split, default: []].append(found)
                } else {
                    missing[split, default: []].append(text)
                }
            }
        }
        let isAnyThere = !places.isEmpty
        // A folder around or in one that is named would bring images of another split.
        let known = places.values.joined().map { Folders.join($0, "") }
        for split in missing.keys where places[split] == nil {
            let folders = (discovered[split] ?? []).filter { folder in
                let start = Folders.join(folder, "")
                return !known.contains { $0.hasPrefix(start) || start.hasPrefix($0) }
            }
            guard !folders.isEmpty else { continue }
            places[split] = folders
            missing[split] = nil
        }
        return (places, Split.allCases.flatMap { missing[$0] ?? [] }, isAnyThere)
    }

    /// Folders with a split's word in their names, as CVAT makes them: `obj_train_data`, `obj_valid_data`.
    private static func byWords(_ path: String) throws -> [Split: [String]] {
        var places: [Split: [String]] = [:]
        for name in try Folders.subfolders(of: path) {
            if let split = Split(wordIn: name) { places[split, default: []].append(Folders.join(path, name)) }
        }
        return places
    }

    /// Folders of images by their names alone.
    private static func discover(_ path: String) throws -> [Split: [String]] {
        var places: [Split: [String]] = [:]
        for name in try Folders.subfolders(of: path) {
            let folder = Folders.join(path, name)
            if name.lowercased() == "images" {
                for (split, inner) in Split.likeliest(of: try Folders.subfolders(of: folder)) {
                    places[split, default: []].append(Folders.join(folder, inner))
                }
            } else if let split = Split(folderName: name) {
                let images = Folders.join(folder, "images")
                places[split, default: []].append(Folders.isFolder(images) ? images : folder)
            }
        }
        if places.isEmpty {
            let images = ["images", "Images", "."].map { Folders.join(path, $0) }.first(where: Folders.isFolder)
            if let images { places[.train] = [images.hasSuffix("/.") ? path : images] }
        }
        return places
    }

    /// Whether there are text files where labels have to be.
    private static func hasLabels(_ path: String, _ places: [Split: [String]]) throws -> Bool {
        for folder in places.values.joined() {
            let own = replacing(folder, below: path)
            for candidate in [own, Folders.join(path, "labels")]
            where candidate != folder && Folders.isFolder(candidate) {
                let names = try Folders.names(in: candidate)
                if names.contains(where: { $0.lowercased().hasSuffix(".txt") && $0 != "classes.txt" }) { return true }
            }
            guard Folders.isFile(Folders.join(path, "classes.txt")) else { continue }
            if try Folders.names(in: folder).contains(where: { $0.hasSuffix(".txt") && $0 != "classes.txt" }) {
                return true
            }
        }
        return false
    }

    /// A folder of images or a list of them below the data's folder; nil where there is none.
    private static func place(_ written: String, base: String, in path: String) -> String? {
        Folders.place(written, base: base, in: path) { place in
            Folders.isFolder(place) || (place.hasSuffix(".txt") && Folders.isFile(place))
        }
    }

    /// A path whose last part `images` below `path` is `labels`.
    private static func replacing(_ file: String, below path: String) -> String {
        var parts = file.dropFirst(path.count).split(separator: "/", omittingEmptySubsequences: false)
        guard let place = parts.lastIndex(where: { $0.lowercased() == "images" }) else { return file }
        parts[place] = parts[place] == "IMAGES" ? "LABELS" : parts[place] == "Images" ? "Labels" : "labels"
        return path + parts.joined(separator: "/")
    }

    // MARK: - Splits

    var splits: [Split] { Split.allCases.filter { places[$0] != nil } }

    func annotations(for split: Split, classNames: [String]?) throws -> AnnotatedImages {
        var images: [String] = []
        // By their bytes: two names may be the same letters, composed and decomposed.
        var known: Set<[UInt8]> = []
        for place in places[split] ?? [] {
            let files = Folders.isFolder(place) ? try Self.images(in: place) : try listed(in: place)
            images += files.filter { known.insert(Array($0.utf8)).inserted }
        }
        guard !images.isEmpty else {
            throw DatasetsError(
                "\((places[split] ?? []).joined(separator: ", ")) holds no images: put JPEG or PNG files into it")
        }
        let lookUp = FolderNames()
        let sources = images.map { image in
            // One that cannot be read says so when its turn comes, and may then be skipped.
            let size = (try? ImageSize(ofStoredImage: image)) ?? ImageSize(width: 1, height: 1)
            return YOLOLabels.Source(
                image: image, labels: labels(of: image, lookUp), width: size.width, height: size.height)
        }
        guard sources.contains(where: { $0.labels != nil }) else {
            let none = sources.count == 1 ? "the only image" : "none of the \(sources.count) images"
            throw DatasetsError(
                "\(none) of the \(split.rawValue) split of \(path) has \(sources.count == 1 ? "no" : "a") file of labels: \(images[0]) should "
                    + "have \(Self.replacing(Self.label(beside: images[0]), below: path))")
        }
        var result = try YOLOLabels.read(
            sources, name: path, classNames: self.classNames, hasKeyPoints: hasKeyPoints)
        result.remarks += remarks
        let bare = sources.count { $0.labels == nil }
        if bare > 0 {
            result.remarks.append(
                "images of the \(split.rawValue) split without labels, which show background: \(bare) of \(sources.count)"
            )
        }
        return result
    }

    private static func images(in folder: String) throws -> [String] {
        // Links can make circles.
        var known = Folders.identities(around: folder)
        func look(_ folder: String, depth: Int) throws -> [String] {
            guard depth < 8 else { return [] }
            return try Folders.names(in: folder).flatMap { name in
                let path = Folders.join(folder, name)
                guard let identity = Folders.identity(of: path), Folders.isFolder(path) else {
                    return ImageFormat.hasImageEnding(name) ? [path] : []
                }
                guard name != "labels", known.insert(identity).inserted else { return [] }
                return try look(path, depth: depth + 1)
            }
        }
        return try look(folder, depth: 0)
    }

    /// The images that a text file lists, by paths that may be those of another machine.
    private func listed(in list: String) throws -> [String] {
        let lookUp = FolderNames()
        func found(_ parts: ArraySlice<Substring>) -> String? {
            parts.indices.lazy.compactMap { lookUp.path(of: parts[$0...].joined(separator: "/"), in: path) }
                .first(where: Folders.isFile)
        }
        return try FileReader.lines(of: list).filter { !$0.isEmpty }.map { line in
            let parts = line.split(whereSeparator: { $0 == "/" || $0 == "\\" }).filter { $0 != "." }
            let inside = (parts.lastIndex(of: "..").map { parts[($0 + 1)...] } ?? parts[...]).suffix(8)
            let candidates = inside.indices.map { Folders.join(path, inside[$0...].joined(separator: "/")) }
            guard let file = candidates.first(where: Folders.isFile) ?? found(inside) else {
                throw DatasetsError(
                    "\(list) names \(line), and there is no such file in \(path): add it, or remove the line")
            }
            return file
        }
    }

    private static func label(beside image: String) -> String {
        let point = image.lastIndex(of: ".") ?? image.endIndex
        return image[..<point] + ".txt"
    }

    /// The file of an image's labels: in `labels` where the image is in `images`, beside it, or in the only folder of labels.
    private func labels(of image: String, _ lookUp: FolderNames) -> String? {
        let beside = Self.label(beside: image)
        let name = beside.split(separator: "/").last.map(String.init) ?? ""
        return [Self.replacing(beside, below: path), beside, Folders.join(path, "labels/\(name)")].lazy
            .compactMap { lookUp.path(of: String($0.dropFirst(path.count).drop { $0 == "/" }), in: path) }.first(
                where: Folders.isFile)
    }
}
