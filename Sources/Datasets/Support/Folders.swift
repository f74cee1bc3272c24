import Foundation

/// Looks into folders.
enum Folders {
    /// Whether there is a folder at a path; links are followed.
    static func isFolder(_ path: String) -> Bool {
        kind(of: path) == S_IFDIR
    }

    /// Whether there is a regular file at a path; links are followed.
    static func isFile(_ path: String) -> Bool {
        kind(of: path) == S_IFREG
    }

    /// The names in a folder, sorted, without hidden ones and without what macOS adds to an archive.
    ///
    /// - Throws: `DatasetsError` if it cannot be read, or a name in it is not UTF-8: no path could be made of it.
    static func names(in path: String) throws -> [String] {
        guard let folder = opendir(path), let offset = MemoryLayout<dirent>.offset(of: \.d_name) else {
            throw DatasetsError("cannot list the folder \(path): check that it exists and may be read")
        }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            // Foundation leaves names that are not UTF-8 out in silence.
            let text = UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self)
            guard text.pointee != CChar(UInt8(ascii: ".")) else { continue }
            guard let name = String(validatingCString: text) else {
                throw DatasetsError("\(path) holds \"\(escaped(text))\", a name that is not UTF-8: rename it")
            }
            if name != "__MACOSX" { names.append(name) }
        }
        return names.sorted()
    }

    /// A name with its bytes outside of ASCII, and control characters, as `\xE9`.
    private static func escaped(_ text: UnsafePointer<CChar>) -> String {
        UnsafeBufferPointer(start: text, count: strlen(text)).map { character in
            let byte = UInt8(bitPattern: character)
            guard byte < 0x20 || byte > 0x7E else { return String(UnicodeScalar(byte)) }
            return "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }

    /// The names of the folders in a folder, sorted, without hidden ones.
    ///
    /// - Throws: `DatasetsError` if it cannot be read.
    static func subfolders(of path: String) throws -> [String] {
        try names(in: path).filter { isFolder(join(path, $0)) }
    }

    /// What tells a folder from all others, whatever path leads to it.
    struct Identity: Hashable {
        fileprivate let device: UInt64
        fileprivate let number: UInt64
    }

    /// The identity of what a path leads to; nil where there is nothing.
    static func identity(of path: String) -> Identity? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Identity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
    }

    /// The identities of a folder and of all around it.
    static func identities(around path: String) -> Set<Identity> {
        var known: Set<Identity> = []
        var place = path
        // The root lies in itself.
        while place.utf8.count < 4000, let identity = identity(of: place), known.insert(identity).inserted {
            place = join(place, "..")
        }
        return known
    }

    /// Whether a path is a link that leads nowhere.
    static func isDangling(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK && kind(of: path) == nil
    }

    /// A path and a name below it.
    static func join(_ path: String, _ name: String) -> String {
        path.hasSuffix("/") ? path + name : "\(path)/\(name)"
    }

    /// What a path of another machine leads to below a folder: its first parts are left out until there is something.
    ///
    /// - Parameters:
    ///   - written: may have backslashes, and folders of that machine in front; what is in front of `..` does not count.
    ///   - base: stands in front of it, where the whole is there.
    ///   - isWanted: says whether a path is of the right kind.
    static func place(
        _ written: String, base: String = "", in folder: String, where isWanted: (String) -> Bool
    ) -> String? {
        func parts(_ text: String) -> ArraySlice<Substring> {
            let parts = text.split(whereSeparator: { $0 == "/" || $0 == "\\" }).filter { $0 != "." }
            return parts.lastIndex(of: "..").map { parts[($0 + 1)...] } ?? parts[...]
        }
        let own = parts(written).suffix(8)
        let full = (parts(base) + own).suffix(16)
        for parts in [full, own] {
            for start in parts.indices {
                let place = join(folder, parts[start...].joined(separator: "/"))
                if isWanted(place) { return place }
            }
        }
        return nil
    }

    private static func kind(of path: String) -> mode_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
    }
}
