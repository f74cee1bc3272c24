import Files
import Datasets
import Foundation
import Interchange
import Reporting

/// The file `skipped-images.txt` of a run: the images that were left out because they cannot be read, each with its reason.
struct SkippedImageList {
    /// A line an image: its place, a colon, and the reason.
    let lines: Set<String>

    init(_ lines: Set<String>) { self.lines = lines }

    /// What a run's folder holds; nothing where no image was left out.
    init(of run: RunFolder) {
        guard let text = try? String(contentsOfFile: run.skippedImages, encoding: .utf8) else {
            lines = []
            return
        }
        lines = Set(text.split(whereSeparator: \.isNewline).map(String.init))
    }

    /// Writes the file, unless there is nothing to list.
    func write(to run: RunFolder) throws {
        guard !lines.isEmpty else { return }
        try AtomicFile.replace(run.skippedImages) { file in
            for line in lines.sorted() { try file.append(Array((line + "\n").utf8)) }
        }
    }

    /// The line of an image; what comes from outside cannot begin another one.
    static func line(_ location: String, _ reason: String) -> String { "\(location): \(reason)".printableName }

    /// Whether the images of a data set are listed.
    ///
    /// - Parameters:
    ///   - data: the name by which the data set was opened.
    ///   - roots: other folders that it lay in when it was trained on.
    func contains(_ dataset: any Dataset, data: String, roots: [String] = []) -> [Bool] {
        guard !lines.isEmpty else { return [Bool](repeating: false, count: dataset.count) }
        let places = places
        return (0..<dataset.count).map { index in
            if places.contains(dataset.location(of: index).printableName) { return true }
            let name = dataset.name(of: index, in: data)
            return roots.contains { root in
                places.contains((root.hasSuffix("/") ? root + name : "\(root)/\(name)").printableName)
            }
        }
    }

    /// The classes of a data set that have images, or objects in them, and none in an image that could be read.
    func unreadClasses(of dataset: any Dataset, data: String, roots: [String], task: Recipe.TaskKind) -> [String] {
        let isSkipped = contains(dataset, data: data, roots: roots)
        guard isSkipped.contains(true) else { return [] }
        var (isThere, isRead): (Set<Int>, Set<Int>) = ([], [])
        for index in 0..<dataset.count {
            let labels =
                switch task {
                case .classification: [dataset.label(at: index)]
                case .detection: dataset.objects(at: index).map(\.label)
                }
            isThere.formUnion(labels)
            if !isSkipped[index] { isRead.formUnion(labels) }
        }
        return dataset.classNames.enumerated().compactMap { label, name in
            isThere.contains(label) && !isRead.contains(label) ? name : nil
        }
    }

    /// Beginnings of lines up to a colon, one of which is the image's place: places and reasons may have colons, too.
    private var places: Set<String> {
        var places: Set<String> = []
        for line in lines {
            var start = line.startIndex
            // A path has few of them; a line of many is no image's.
            for _ in 0..<16 {
                guard let colon = line[start...].range(of: ": ") else { break }
                places.insert(String(line[..<colon.lowerBound]))
                start = colon.upperBound
            }
        }
        return places
    }
}
