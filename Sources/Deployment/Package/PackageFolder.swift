import Foundation
import Interchange

/// A folder that a package is exported into. Files of others stay as they are: a folder that holds something else is refused, and so is one
/// whose package somebody has worked on.
///
/// Which files an export has written stands in `firmware-files.txt`, a line `CHECKSUM PATH` each (CRC-32). The list guards files against this
/// program. It guards nobody against others: `FirmwarePackage.verified` does.
struct PackageFolder {
    private let path: String
    private let list: String
    /// What kind of folder it is, for messages.
    private let kind: String

    /// - Parameter list: the file that tells which files an export has written.
    init(_ path: String, list: String = "firmware-files.txt", kind: String = "device package") {
        (self.path, self.list, self.kind) = (path, list, kind)
    }

    /// Writes the files of a package.
    ///
    /// - Throws: `DeploymentError` that names the folder, or the file that would be lost; nothing has been written then.
    func write(_ files: [(path: String, bytes: [UInt8])]) throws {
        let known = try known()
        let new = files.map { (path: $0.path, sum: CRC32.checksum($0.bytes)) }
        let foreign = files.first { file in
            guard let old = sum(of: file.path) else { return false }
            return old != CRC32.checksum(file.bytes) && !known.contains(Line(path: file.path, sum: old))
        }
        if let foreign {
            throw DeploymentError(
                "\(path)/\(foreign.path) was changed since it was exported, or is another's: move it away, or name another folder"
            )
        }
        let writer = FolderWriter(path)
        // Whatever of this is left unfinished, the next export knows old and new files for its own.
        try writer.write(list, text(known.union(new.map { Line(path: $0.path, sum: $0.sum) })))
        for file in files { try writer.write(file.path, file.bytes) }
        let paths = Set(files.map(\.path))
        for line in known where !paths.contains(line.path) && line.isSource(kind) && sum(of: line.path) == line.sum {
            try? FileManager.default.removeItem(atPath: "\(path)/\(line.path)")
        }
        try writer.write(list, text(Set(new.map { Line(path: $0.path, sum: $0.sum) })))
    }

    private struct Line: Hashable {
        let path: String
        let sum: UInt32

        /// Whether it would be built or linked: of a network with another name, or of a target that is not asked for any more. In a library
        /// every file would.
        func isSource(_ kind: String) -> Bool {
            (path.hasPrefix("Sources/") || kind == "library") && !path.hasPrefix("/")
                && !path.split(separator: "/").contains("..")
        }
    }

    /// What earlier exports wrote; nothing where the folder is new or empty.
    private func known() throws -> Set<Line> {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return [] }
        guard isFolder.boolValue else { throw DeploymentError("\(path) is a file: name a folder for the package") }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw DeploymentError("cannot read the folder \(path)")
        }
        guard !names.isEmpty else { return [] }
        guard names.contains(list), let data = FileManager.default.contents(atPath: "\(path)/\(list)") else {
            guard kind == "library" || !names.contains(PackageFiles.description) else {
                throw DeploymentError(
                    "\(path) holds a device package of an earlier sapool: remove it, or name another folder")
            }
            let shown = names.sorted().prefix(3).joined(separator: ", ")
            throw DeploymentError(
                "\(path) holds other files (\(shown)\(names.count > 3 ? ", …" : "")) and no \(kind): name a new folder"
            )
        }
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n").compactMap { line -> Line? in
            let parts = line.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, let sum = UInt32(parts[0], radix: 16) else { return nil }
            return Line(path: String(parts[1]), sum: sum)
        }
        return Set(lines)
    }

    private func sum(of file: String) -> UInt32? {
        FileManager.default.contents(atPath: "\(path)/\(file)").map { CRC32.checksum([UInt8]($0)) }
    }

    private func text(_ lines: Set<Line>) -> String {
        lines.map { line in
            let digits = String(line.sum, radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits + " \(line.path)\n"
        }.sorted().joined()
    }
}
