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
        try look(into: folder, below: path, depth: depth, &found)
        return found
    }

    private static func look(into folder: String, below path: String, depth: Int, _ found: inout Found) throws {
        // Links can make circles.
        guard depth < 16 else { return }
        for name in try Folders.names(in: path.isEmpty ? folder : Folders.join(folder, path)) {
            let relative = path.isEmpty ? name : "\(path)/\(name)"
            let absolute = Folders.join(folder, relative)
            if Folders.isFolder(absolute) {
                try look(into: folder, below: relative, depth: depth + 1, &found)
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
        return ImageFormat(start)?.isBuiltIn == true
    }
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
