import Foundation

/// Finds the files that annotations name, in one of a few folders and nowhere else.
///
/// Annotations come from other machines: names have folders of those in front, backslashes, no ending or that of an earlier format.
struct ImagePaths {
    /// Where to look, the likeliest first.
    let folders: [String]
    private let names = FolderNames()

    /// Looks into folders, the likeliest first.
    init(folders: [String]) { self.folders = folders }

    private static let endings = ["jpg", "png", "jpeg", "JPG", "PNG", "JPEG", "webp", "bmp", "tif", "tiff", "gif"]

    /// The file of a name: as it is written, without folders in front, and then with other endings.
    ///
    /// - Returns: nil where there is none.
    func existing(_ name: String) -> String? {
        if !name.contains("/"), !name.isEmpty, name != "..", let path = file(name) { return path }
        let suffixes = Self.suffixes(name)
        return suffixes.lazy.compactMap { file($0) }.first
            ?? suffixes.lazy.compactMap { existing(stem: Self.withoutEnding($0)) }.first
    }

    /// The file of a name that is known without its ending, which may hold points.
    ///
    /// - Parameter like: a name whose ending is tried first.
    func existing(stem: String, like: String = "") -> String? {
        let ending = like.split(separator: ".").dropFirst().last.map(String.init)
        let endings = (ending.map { [$0] } ?? []) + Self.endings
        return endings.lazy.compactMap { file("\(stem).\($0)") }.first
    }

    /// Where a file that is not there would have to be.
    func missing(_ name: String) -> String { "\(folders.first ?? ".")/\(Self.suffixes(name).first ?? "")" }

    /// A name without its ending.
    static func withoutEnding(_ name: String) -> String {
        guard let point = name.lastIndex(of: "."), point != name.startIndex,
            endings.contains(name[name.index(after: point)...].lowercased())
        else { return name }
        return String(name[..<point])
    }

    /// A name with fewer and fewer folders in front, none of which leads upwards.
    private static func suffixes(_ name: String) -> [String] {
        var parts = name.split(whereSeparator: { $0 == "/" || $0 == "\\" }).suffix(6)
        if let last = parts.lastIndex(where: { $0 == ".." }) { parts = parts[(last + 1)...] }
        return parts.indices.map { parts[$0...].filter { $0 != "." }.joined(separator: "/") }.filter { !$0.isEmpty }
    }

    private func file(_ name: String) -> String? {
        guard name.utf8.count < 4096, !name.utf8.contains(0) else { return nil }
        return folders.lazy.compactMap { names.path(of: name, in: $0) }.first
    }
}
