/// A data set whose images are files of their own.
///
/// The one way from a file to what a transform begins with: training, scores and predictions all read a file to RGB, whatever is in
/// it, and a transform then makes of it what the network takes.
public protocol ImageFileDataset: Dataset {
    /// The file of an image.
    func path(of index: Int) -> String
}

extension ImageFileDataset {
    /// RGB, whatever is in the files.
    public var channels: Int { 3 }

    /// Sizes vary.
    public var imageSize: ImageSize? { nil }

    /// The file itself.
    public func file(at index: Int) -> String? { path(of: index) }

    /// The file's path.
    public func location(of index: Int) -> String { path(of: index) }

    /// The file, decoded.
    public func image(at index: Int, minimumSize: ImageSize?) throws -> Image {
        try namingAnnotation(annotation(of: index)) {
            try Image.decode(contentsOf: path(of: index), channels: channels, minimumSize: minimumSize)
        }
    }
}
