import Foundation

/// Where packages are built: `sapool/firmware` in the user's folder of caches, and never in the package. A folder of built files that came
/// with a package could hold commands for the build, or a plug-in for the emulator.
struct BuildFolder {
    /// The folder of one package.
    let path: String

    /// - Throws: `DeploymentError` where it cannot be made.
    init(for package: String) throws {
        let real = URL(fileURLWithPath: package).standardizedFileURL.resolvingSymlinksInPath().path
        // FNV-1a: two packages with one folder would only build anew each time.
        let hash = real.utf8.reduce(14_695_981_039_346_656_037 as UInt64) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
        path = "\(Self.caches)/sapool/firmware/\(String(hash, radix: 16))"
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw DeploymentError(
                "cannot make the folder \(path) to build in (\(error.localizedDescription)): name another place by XDG_CACHE_HOME"
            )
        }
    }

    private static var caches: String {
        if let set = ProcessInfo.processInfo.environment["XDG_CACHE_HOME"], set.hasPrefix("/") { return set }
        let home = FileManager.default.homeDirectoryForCurrentUser.path
        #if os(macOS)
            return "\(home)/Library/Caches"
        #else
            return "\(home)/.cache"
        #endif
    }

    /// Puts the files of a package there, and nothing beside them that would be built.
    ///
    /// - Returns: the folder of the copy.
    func copy(_ files: [(path: String, bytes: [UInt8])]) throws -> String {
        let copy = "\(path)/package"
        let known = Set(files.map(\.path))
        for old in FileManager.default.subpaths(atPath: copy) ?? [] where !known.contains(old) {
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: "\(copy)/\(old)", isDirectory: &isFolder)
            if !isFolder.boolValue { try? FileManager.default.removeItem(atPath: "\(copy)/\(old)") }
        }
        let writer = FolderWriter(copy)
        for file in files { try writer.write(file.path, file.bytes) }
        return copy
    }
}
