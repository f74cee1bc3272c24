import Foundation

/// A network as a library for C: a header and an archive for each target, in a folder that is a package of plain make, CMake, Arduino,
/// PlatformIO and Zephyr at once. Whoever links it needs no Swift, and no source of the network lies in it.
public struct LibraryPackage {
    /// The folder.
    public let path: String
    /// Bytes of the archives, by target.
    public let archives: [(target: LibraryTarget, bytes: Int)]

    static let list = "library-files.txt"

    /// Builds a network for targets, and writes the library. Files of others in the folder stay as they are.
    ///
    /// - Throws: `DeploymentError` where the toolchain is missing or lacks a target, or a file that is not the library's own would be lost.
    public static func write(
        _ export: FirmwareExport, targets: [LibraryTarget], to path: String
    ) throws -> LibraryPackage {
        let tools = try LibraryToolchain()
        let folder = try BuildFolder(for: path)
        let sources = try folder.copy(PackageFiles([export]).files)
        let build = LibraryBuild(export, tools, sources: sources, scratch: "\(folder.path)/library")
        let name = "lib\(export.names.c).a"
        let archives = try targets.map { (target: $0, bytes: try build.archive($0)) }
        try? FileManager.default.removeItem(atPath: "\(folder.path)/library")
        let texts = LibraryFiles(export, targets: targets).files.map { (path: $0.path, bytes: Array($0.text.utf8)) }
        try PackageFolder(path, list: list, kind: "library").write(
            texts + archives.map { (path: "src/\($0.target.folder)/\(name)", bytes: $0.bytes) }
                + [(path: "extras/weights.bin", bytes: export.weights)])
        return LibraryPackage(path: path, archives: archives.map { ($0.target, $0.bytes.count) })
    }
}
