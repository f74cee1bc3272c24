import Files
import Foundation
import Interchange

/// Writes files below a folder. What is there already and would not change is left alone, so that a package that was built before builds
/// quickly.
package struct FolderWriter {
    private let path: String

    package init(_ path: String) { self.path = path }

    package func write(_ name: String, _ text: String) throws { try write(name, Array(text.utf8)) }

    package func write(_ name: String, _ bytes: [UInt8]) throws {
        let file = "\(path)/\(name)"
        if let old = FileManager.default.contents(atPath: file), [UInt8](old) == bytes { return }
        let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw DeploymentError("cannot make the folder \(folder): \(error.localizedDescription)")
        }
        try AtomicFile.replace(file) { try $0.append(bytes) }
    }
}
