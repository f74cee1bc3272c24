import Files
import Foundation

/// A data set divided by a list: a file of the names of its images, in as many parts as there are.
///
/// Wherever a folder of images is named, such a file may be named in its place. The images stay where they are:
///
/// ```json
/// {"format": "sapool-division", "version": 1, "data": "/photos",
///  "parts": {"train": {"of": "train", "images": ["train/hat/1.jpg"]}, "validation": {"of": "train", "images": ["train/hat/2.jpg"]}}}
/// ```
public struct DividedImages: Sendable, Equatable, Codable {
    /// Some images of a split of the data.
    public struct Part: Sendable, Equatable, Codable {
        /// The split of the data that its images lie in.
        public var split: Split
        /// Names below the data's folder; of images that lie in one file its name and their number.
        public var images: [String]

        /// A part by its images.
        public init(of split: Split, images: [String]) { (self.split, self.images) = (split, images) }

        private enum CodingKeys: String, CodingKey {
            case split = "of"
            case images
        }
    }

    /// The name of the data, or their folder.
    public let data: String
    private let parts: [String: Part]
    private let format: String
    private let version: Int

    private enum CodingKeys: String, CodingKey { case data, parts, format, version }

    private static let format = "sapool-division"
    private static let version = 1

    /// A division by its parts.
    public init(data: String, _ parts: [Split: Part]) {
        self.data = data
        self.parts = Dictionary(uniqueKeysWithValues: parts.map { ($0.key.rawValue, $0.value) })
        (format, version) = (Self.format, Self.version)
    }

    /// Whether a path is that of such a file, by its ending: what is in it shows when it is read.
    static func isNamed(by path: String) -> Bool {
        path.hasSuffix(".json") && FileManager.default.fileExists(atPath: path) && !Folders.isFolder(path)
    }

    /// Reads a file.
    ///
    /// - Throws: `DatasetsError` where it cannot be read, or is none of these.
    public init(contentsOf path: String) throws {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw DatasetsError("\(path) cannot be read: name a folder of images, or a list of them")
        }
        guard let read = try? JSONDecoder().decode(DividedImages.self, from: bytes), read.format == Self.format,
            read.parts.keys.allSatisfy({ Split(rawValue: $0) != nil })
        else {
            throw DatasetsError(
                "\(path) is no list of images (\"format\": \"\(Self.format)\" with \"data\" and \"parts\"): name a folder of images, or such a file"
            )
        }
        guard read.version == Self.version else {
            throw DatasetsError("\(path) has version \(read.version), this sapool reads \(Self.version)")
        }
        guard !read.data.hasSuffix(".json") else {
            throw DatasetsError("\(path) lists images of another list, \(read.data): list those of the data themselves")
        }
        self = read
    }

    /// Writes a file, whole or not at all.
    public func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try AtomicFile.replace(path, with: [UInt8](encoder.encode(self)))
    }

    /// The parts there are.
    public var splits: [Split] { Split.allCases.filter { parts[$0.rawValue] != nil } }

    /// A part; nil where there is none.
    public subscript(part: Split) -> Part? { parts[part.rawValue] }

    /// The images of a part.
    ///
    /// - Throws: `DatasetsError` where there is no such part, or some of its images are gone.
    func dataset(for split: Split, locations: DataLocations) throws -> any Dataset {
        guard let part = self[split] else {
            throw DatasetsError("the list of images of \(data) has no \(split.rawValue) split")
        }
        let whole = try DatasetCatalog.open(data, split: part.split, locations: locations)
        let wanted = Set(part.images)
        let named = try whole.divided(by: wanted, in: data).named
        guard named.count == wanted.count else {
            let there = Set((0..<named.count).map { named.name(of: $0, in: data) })
            let gone = part.images.first { !there.contains($0) } ?? ""
            throw DatasetsError(
                "\(data) no longer has \(gone.printableName), which a list of its images names: put it back, or make the list anew"
            )
        }
        return named
    }
}
