/// Images that somebody named, without labels: files, folders of files, and standard input as `-`.
///
/// What cannot be read is found out when it is asked for, one image after the other.
public struct ImageFiles: ImageFileDataset {
    private enum Source: Sendable {
        case file(String)
        case standardInput(Result<[UInt8], DatasetsError>)
        /// Something that was named and holds no image.
        case nothing(DatasetsError)
    }

    private let names: [String]
    private let sources: [Source]
    public let remarks: [String]

    /// Looks into the folders that are named, and reads standard input if it is.
    public init(_ named: [String]) {
        var found: [(name: String, source: Source)] = []
        var others: [String] = []
        for name in named {
            if name == "-" {
                found.append(("standard input", .standardInput(Self.standardInput())))
            } else if Folders.isFolder(name) {
                do {
                    let inside = try ImageFinder.look(into: name)
                    others += inside.others.map { Folders.join(name, $0) }
                    let paths = inside.images.map { Folders.join(name, $0) }
                    found += paths.map { ($0, .file($0)) }
                    guard paths.isEmpty else { continue }
                    found.append((name, .nothing(DatasetsError("\(name) holds no images that can be read"))))
                } catch let error as DatasetsError {
                    found.append((name, .nothing(error)))
                } catch {
                    found.append((name, .nothing(DatasetsError("\(error)"))))
                }
            } else {
                found.append((name, .file(name)))
            }
        }
        names = found.map(\.name)
        sources = found.map(\.source)
        remarks = describeFilesNotRead(others).map { [$0] } ?? []
    }

    private static func standardInput() -> Result<[UInt8], DatasetsError> {
        Result { try FileReader.standardInput() }.mapError { $0 as? DatasetsError ?? DatasetsError("\($0)") }
    }

    public var name: String { "images" }
    public var classNames: [String] { [""] }
    public var count: Int { names.count }
    public func label(at index: Int) -> Int { 0 }
    public func path(of index: Int) -> String { names[index] }

    public func file(at index: Int) -> String? {
        if case .file(let path) = sources[index] { return path }
        return nil
    }

    public func image(at index: Int, minimumSize: ImageSize?) throws -> Image {
        switch sources[index] {
        case .file(let path): return try Image.decode(contentsOf: path, channels: channels, minimumSize: minimumSize)
        case .nothing(let error): throw error
        case .standardInput(let bytes):
            do {
                return try Image.decode(bytes.get(), channels: channels, minimumSize: minimumSize)
            } catch let error as DatasetsError {
                throw error.ofImage(names[index])
            }
        }
    }
}
