import Datasets
import Foundation

/// Images that somebody named on the command line; past names that are not UTF-8, of which no path can be made, to those beside them.
struct NamedImages: Dataset {
    private enum Entry: Sendable {
        case image(ImageFiles, Int)
        /// Something with a name that cannot be read.
        case nothing(name: String, DatasetsError)
    }

    private let entries: [Entry]
    let remarks: [String]

    /// Looks into the folders that are named, and reads standard input if it is.
    init(_ named: [String]) {
        let files = ImageFiles(named)
        var entries: [Entry] = []
        var remarks = files.remarks
        for index in 0..<files.count {
            let name = files.location(of: index)
            if files.file(at: index) == nil, let folder = OddFolder(name) {
                entries += folder.odd.map { .nothing(name: $0, Self.isOdd($0)) }
                let beside = ImageFiles(folder.images)
                entries += (0..<beside.count).map { .image(beside, $0) }
                if let remark = folder.remark { remarks.append(remark) }
            } else if name.unicodeScalars.contains("\u{FFFD}"), !FileManager.default.fileExists(atPath: name) {
                // What the caller has written cannot be known again: Swift puts this sign for bytes that are no letters.
                entries.append(.nothing(name: name, Self.isOdd(name)))
            } else {
                entries.append(.image(files, index))
            }
        }
        self.entries = entries
        self.remarks = remarks
    }

    private static func isOdd(_ name: String) -> DatasetsError {
        DatasetsError("cannot read \(name): its name is not UTF-8; rename it")
    }

    var name: String { "images" }
    var classNames: [String] { [""] }
    var count: Int { entries.count }
    /// RGB, whatever is in the files.
    var channels: Int { 3 }
    var imageSize: ImageSize? { nil }
    func label(at index: Int) -> Int { 0 }

    func location(of index: Int) -> String {
        switch entries[index] {
        case .image(let files, let place): files.location(of: place)
        case .nothing(let name, _): name
        }
    }

    func file(at index: Int) -> String? {
        switch entries[index] {
        case .image(let files, let place): files.file(at: place)
        case .nothing: nil
        }
    }

    func image(at index: Int, minimumSize: ImageSize?) throws -> Image {
        switch entries[index] {
        case .image(let files, let place): return try files.image(at: place, minimumSize: minimumSize)
        case .nothing(_, let error): throw error
        }
    }
}
