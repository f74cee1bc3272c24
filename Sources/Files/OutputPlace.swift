#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// What stands where a file is to be written.
enum OutputPlace: Equatable {
    /// A regular file with its permissions, or none yet: its path, with links followed.
    case file(String, permissions: mode_t?)
    /// A terminal, a pipe, `/dev/null` …: what can be written into, and not be replaced.
    case stream

    /// Looks at a path.
    ///
    /// - Throws: `FileError` where no file can be written: a folder, a disk, links in a circle.
    init(_ path: String) throws(FileError) {
        guard !path.isEmpty else { throw FileError("cannot write a file without a name: give a path") }
        var status = stat()
        guard stat(path, &status) == 0 else {
            // What is not there may be where a link points to.
            guard errno == ENOENT else { throw FileError.cannotWrite(path) }
            self = .file(try Self.following(path), permissions: nil)
            return
        }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: throw FileError("cannot write \(path): it is a folder, and the name of a file is wanted")
        case S_IFBLK: throw FileError("cannot write \(path): it is a disk, which would be overwritten; name a file")
        case S_IFREG where !Self.isOwnDescriptor(path):
            self = .file(try Self.following(path), permissions: status.st_mode & 0o7777)
        default: self = .stream
        }
    }

    /// Whether anything is at a path.
    static func isThere(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// The folder that a path lies in.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The last part of a path.
    static func name(of path: String) -> Substring {
        path.lastIndex(of: "/").map { path[path.index(after: $0)...] } ?? path[...]
    }

    /// Whether a path is this process's open file by its number, which a new file in its place would not be.
    private static func isOwnDescriptor(_ path: String) -> Bool {
        path.hasPrefix("/dev/std") || path.hasPrefix("/dev/fd/") || path.hasPrefix("/proc/")
    }

    /// The path that a link, or a link to a link, leads to; whether something is there or not.
    private static func following(_ path: String) throws(FileError) -> String {
        var current = path
        for _ in 0..<40 {
            var target = [CChar](repeating: 0, count: 4097)
            let count = readlink(current, &target, 4096)
            guard count > 0 else { return current }
            let next = String(decoding: target.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            current = next.hasPrefix("/") ? next : "\(folder(of: current))/\(next)"
        }
        throw FileError("cannot write \(path): links lead in a circle; name a file")
    }
}
