import Datasets
import Foundation

/// Where a run's data lay when it began, so that they are found from any working folder, and again where data and run have moved
/// together.
public struct DataPlace: Sendable, Equatable, Codable {
    /// The data's absolute path.
    public var path: String
    /// The way from the run's folder to the data.
    public var fromRun: String

    /// The place of a folder; nil for data sets that are known by name.
    init?(of data: String, run: RunFolder) {
        guard let place = DatasetCatalog.place(of: data) else { return nil }
        path = Self.absolute(place.path)
        fromRun = Self.way(from: Self.absolute(run.path), to: path)
    }

    /// The data's name as it leads there now: as it was given where that still does.
    ///
    /// - Throws: `TrainingError` that names the places where nothing is.
    func find(_ data: String, run: RunFolder) throws -> String {
        guard let place = DatasetCatalog.place(of: data) else { return data }
        func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
        if exists(path) { return Self.absolute(place.path) == path ? data : place.prefix + path }
        let moved = Self.absolute("\(run.path)/\(fromRun)")
        guard moved != path else {
            throw TrainingError(
                "the images that \(run.path) was trained on are no longer in \(path): name their folder with --data")
        }
        guard exists(moved) else {
            throw TrainingError(
                "the images that \(run.path) was trained on are neither in \(path), where they were, nor in \(moved): name their folder "
                    + "with --data")
        }
        return place.prefix + moved
    }

    /// The one path of what a name of data leads to, links followed, whatever way it is written; a known name as it is.
    static func canonical(_ data: String) -> String {
        guard let place = DatasetCatalog.place(of: data) else { return data }
        return place.prefix + URL(fileURLWithPath: absolute(place.path)).resolvingSymlinksInPath().path
    }

    /// The name of data as it leads there from any working folder.
    package static func absoluteName(_ data: String) -> String {
        // No name is no place, and not the working folder.
        data.isEmpty ? "" : DatasetCatalog.place(of: data).map { $0.prefix + absolute($0.path) } ?? data
    }

    /// A path from the root, without `.` and `..`.
    static func absolute(_ path: String) -> String {
        let whole = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        var parts: [Substring] = []
        for part in whole.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    /// The relative path between two absolute ones.
    private static func way(from start: String, to end: String) -> String {
        let (start, end) = (start.split(separator: "/"), end.split(separator: "/"))
        let shared = zip(start, end).prefix { $0 == $1 }.count
        let up = [Substring](repeating: "..", count: start.count - shared)
        return (up + end[shared...]).joined(separator: "/")
    }
}
