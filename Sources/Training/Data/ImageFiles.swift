import Datasets

/// Image files that somebody named one by one, without labels.
public struct ImageFiles: Dataset {
    private let paths: [String]

    /// The files at `paths`.
    public init(_ paths: [String]) { self.paths = paths }

    public var name: String { "images" }
    public var classNames: [String] { [""] }
    public var count: Int { paths.count }
    public var channels: Int { 3 }
    public var imageSize: ImageSize? { nil }
    public func label(at index: Int) -> Int { 0 }
    public func location(of index: Int) -> String { paths[index] }

    public func image(at index: Int, minimumSize: ImageSize?) throws -> Image {
        try Image.decode(contentsOf: paths[index], minimumSize: minimumSize)
    }
}
