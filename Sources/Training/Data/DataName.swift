import Datasets
import Foundation
import Networks

/// What somebody has named as data, looked at before it is opened: names that are nearly right, and data that are still packed.
package enum DataName {
    /// Data are packed in files that end so.
    private static let archiveEndings = [
        ".zip", ".tar", ".tgz", ".tar.gz", ".tbz2", ".tar.bz2", ".txz", ".tar.xz", ".tar.zst", ".7z", ".rar",
    ]

    /// Looks at a name.
    ///
    /// - Parameter task: what the data are for.
    /// - Throws: `TrainingError` that says what was probably meant, or to unpack an archive; anything else is told by who opens the data.
    package static func check(_ name: String, for task: Recipe.TaskKind) throws {
        guard let path = DatasetCatalog.place(of: name)?.path else { return }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            return try suggest(name, for: task)
        }
        guard isFolder.boolValue else {
            guard isArchive(path) else { return }
            throw TrainingError("\(path) is an archive: unpack it first, and name the folder that comes out of it")
        }
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [])
            .filter { !$0.hasPrefix(".") && $0 != "__MACOSX" }
        guard names.allSatisfy({ isArchive($0) }), let first = names.min() else { return }
        throw TrainingError(
            names.count == 1
                ? "\(path) holds nothing but \(first), an archive: unpack it first"
                : "\(path) holds nothing but archives, such as \(first): unpack them first")
    }

    private static func isArchive(_ path: String) -> Bool {
        let name = path.lowercased()
        return archiveEndings.contains { name.hasSuffix($0) }
    }

    /// Throws where the name is nearly a known one, or what stands before its colon nearly is.
    private static func suggest(_ name: String, for task: Recipe.TaskKind) throws {
        guard task == .classification else { return }
        let question: String
        if let colon = name.firstIndex(of: ":"), DatasetCatalog.place(of: name)?.prefix == "" {
            guard let meant = Suggestion.nearest(to: String(name[..<colon]), among: ["wake-words"]) else { return }
            question = " (did you mean \(meant)\(name[colon...])?)"
        } else {
            question = Suggestion.question(for: name, among: DatasetCatalog.names)
        }
        guard !question.isEmpty else { return }
        throw TrainingError(
            "there is no data set \"\(name)\"\(question): known by name are "
                + DatasetCatalog.names.joined(separator: " and ") + ", anything else has to be a folder")
    }
}
