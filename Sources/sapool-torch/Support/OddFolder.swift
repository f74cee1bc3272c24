import CommandLineSupport
import Foundation
import Reporting

/// A folder in which, or below which, names are not UTF-8: those that are, and how the others may be shown.
struct OddFolder {
    /// Paths of files that are named like images, sorted in each folder.
    private(set) var images: [String] = []
    /// Paths that cannot be used, with `\xE9` for bytes that are no letters.
    private(set) var odd: [String] = []
    private var others = 0
    /// Folders that were looked into: links can make circles.
    private var known: Set<[UInt64]> = []

    private static let endings: Set<String> = [
        "jpg", "jpeg", "jpe", "jfif", "png", "bmp", "dib", "webp", "gif", "tif", "tiff",
    ]

    /// Looks into a folder and those below it.
    ///
    /// - Returns: nil where all names are UTF-8, or the folder cannot be read: then there is nothing to look past.
    init?(_ path: String) {
        look(into: path, depth: 0)
        if odd.isEmpty { return nil }
    }

    /// A sentence on files that are not named like images; nil for none.
    var remark: String? {
        guard others > 0 else { return nil }
        return "\(counted(others, "file is", "files are")) not named like an image, and left out"
    }

    private mutating func look(into path: String, depth: Int) {
        var status = stat()
        guard depth < 16, stat(path, &status) == 0,
            known.insert([UInt64(status.st_dev), UInt64(status.st_ino)]).inserted, let folder = opendir(path),
            let offset = MemoryLayout<dirent>.offset(of: \.d_name)
        else { return }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let text = UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self)
            guard text.pointee != CChar(UInt8(ascii: ".")) else { continue }
            if let name = String(validatingCString: text) {
                names.append(name)
            } else {
                odd.append("\(path)/\(Self.shown(text))")
            }
        }
        for name in names.sorted() where name != "__MACOSX" {
            let inner = path.hasSuffix("/") ? path + name : "\(path)/\(name)"
            var isFolder: ObjCBool = false
            if FileManager.default.fileExists(atPath: inner, isDirectory: &isFolder), isFolder.boolValue {
                look(into: inner, depth: depth + 1)
            } else if let ending = name.split(separator: ".").last, Self.endings.contains(ending.lowercased()) {
                images.append(inner)
            } else {
                others += 1
            }
        }
    }

    private static func shown(_ text: UnsafePointer<CChar>) -> String {
        UnsafeBufferPointer(start: text, count: strlen(text)).map { character in
            let byte = UInt8(bitPattern: character)
            return (0x20...0x7E).contains(byte) ? String(UnicodeScalar(byte)) : String(format: "\\x%02X", Int(byte))
        }.joined()
    }
}
