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

    /// The names in a folder, sorted, without hidden ones.
    ///
    /// - Throws: `DatasetsError` if it cannot be read.
    static func names(in path: String) throws -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path).filter { !$0.hasPrefix(".") }.sorted()
        } catch {
            throw DatasetsError("cannot list the folder \(path): check that it exists and may be read")
        }
    }

    /// The names of the folders in a folder, sorted, without hidden ones.
    ///
    /// - Throws: `DatasetsError` if it cannot be read.
    static func subfolders(of path: String) throws -> [String] {
        try names(in: path).filter { isFolder(join(path, $0)) }
    }

    /// A path and a name below it.
    static func join(_ path: String, _ name: String) -> String {
        path.hasSuffix("/") ? path + name : "\(path)/\(name)"
    }

    private static func kind(of path: String) -> mode_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
    }
}
