/// Finds the images in a folder and the folders below it.
enum ImageFinder {
    /// Paths below a folder, sorted: of images, and of files that are none that can be read.
    struct Found {
        var images: [String] = []
        var others: [String] = []
    }

    /// Looks into a folder.
    ///
    /// Hidden files are left out, and so are those that systems put into folders of images on their own.
    ///
    /// - Parameters:
    ///   - folder: the folder that paths begin behind.
    ///   - path: a folder below it; empty for the folder itself.
    static func look(into folder: String, below path: String = "", depth: Int = 0) throws -> Found {
        var found = Found()
        // A link to a folder around this one would bring images of other classes, and one in a circle the same ones again and again.
        var known = Folders.identities(around: path.isEmpty ? folder : Folders.join(folder, path))
        try look(into: folder, below: path, depth: depth, &known, &found)
        return found
    }

    private static func look(
        into folder: String, below path: String, depth: Int, _ known: inout Set<Folders.Identity>, _ found: inout Found
    ) throws {
        guard depth < 16 else { return }
        for name in try Folders.names(in: path.isEmpty ? folder : Folders.join(folder, path)) {
            let relative = path.isEmpty ? name : "\(path)/\(name)"
            let absolute = Folders.join(folder, relative)
            if Folders.isFolder(absolute) {
                guard let identity = Folders.identity(of: absolute), known.insert(identity).inserted else {
                    found.others.append(relative)
                    continue
                }
                try look(into: folder, below: relative, depth: depth + 1, &known, &found)
            } else if isImage(absolute, name: name) {
                found.images.append(relative)
            } else if !litter.contains(name.lowercased()) {
                found.others.append(relative)
            }
        }
    }

    private static let litter: Set<String> = ["thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r"]

    /// Files with a known ending are images, even broken ones: these have to be noticed. Others are if they look so.
    private static func isImage(_ path: String, name: String) -> Bool {
        if ImageFormat.hasImageEnding(name) { return true }
        guard Folders.isFile(path), let start = try? FileReader.prefix(of: path, count: ImageFormat.prefixCount) else {
            return false
        }
        guard let format = ImageFormat(start), format.isBuiltIn else { return false }
        // Raw files of cameras have endings of their own, and are TIFF inside.
        guard format == .tiff, let more = try? FileReader.prefix(of: path, count: 1 << 16) else { return true }
        return UnreadVariant.name(of: more, format) == nil
    }
}

/// Sentences about what lies beside folders and may have been meant to be in them: images, and links that lead nowhere.
///
/// - Parameter kind: what the folders are of.
func describeFilesBeside(_ folder: String, _ kind: String) throws -> [String] {
    let names = try Folders.names(in: folder)
    let images = names.filter { ImageFormat.hasImageEnding($0) && Folders.isFile(Folders.join(folder, $0)) }
    let links = names.filter { Folders.isDangling(Folders.join(folder, $0)) }
    func sentence(_ names: [String], _ text: String) -> [String] {
        names.first.map { ["\(text): \(names.count) (\(Folders.join(folder, $0)))"] } ?? []
    }
    return sentence(images, "images beside the folders of \(kind), which are not used")
        + sentence(links, "links beside the folders of \(kind) that lead nowhere, and are not used")
}

/// A sentence about files that were found among images: "8 files are no images that can be read: x.heic, y.txt …".
///
/// - Returns: nil where there are none.
func describeFilesNotRead(_ paths: [String]) -> String? {
    guard !paths.isEmpty else { return nil }
    let shown = 5
    let names = paths.prefix(shown).joined(separator: ", ") + (paths.count > shown ? " …" : "")
    return paths.count == 1
        ? "1 file is no image that can be read: \(names)"
        : "\(paths.count) files are no images that can be read: \(names)"
}
