import Reporting

/// Images of one size that lie in memory, one behind the other.
public struct InMemoryDataset: Dataset {
    /// A file and the number of images that came from it.
    struct Source: Sendable {
        let path: String
        let count: Int
    }

    public let name: String
    public let classNames: [String]
    public let count: Int
    public let channels: Int
    private let size: ImageSize
    private let pixels: [UInt8]
    private let labels: [UInt16]
    private let sources: [Source]

    /// Makes a data set of pixels and labels.
    ///
    /// - Parameters:
    ///   - name: what it is called in messages.
    ///   - classNames: one name a class.
    ///   - size: the size of every image.
    ///   - channels: 1 or 3.
    ///   - pixels: all images, each `height * width * channels` bytes.
    ///   - labels: one an image, an index into `classNames`.
    /// - Throws: `DatasetsError` if the number of bytes does not fit, or a label is not that of a class.
    public init(
        name: String, classNames: [String], size: ImageSize, channels: Int, pixels: [UInt8], labels: [Int]
    ) throws {
        try self.init(
            name: name, classNames: classNames, size: size, channels: channels, pixels: pixels, labels: labels,
            sources: [])
    }

    init(
        name: String, classNames: [String], size: ImageSize, channels: Int, pixels: [UInt8], labels: [Int],
        sources: [Source]
    ) throws {
        guard channels == 1 || channels == 3, size.width > 0, size.height > 0 else {
            throw DatasetsError("\(name) has images of \(size) pixels and \(channels) channels: use 1 or 3 channels")
        }
        let (area, overflow) = size.width.multipliedReportingOverflow(by: size.height)
        let (bytes, overflows) = area.multipliedReportingOverflow(by: channels)
        let (total, overflowed) = bytes.multipliedReportingOverflow(by: labels.count)
        guard !overflow, !overflows, !overflowed, total == pixels.count else {
            throw DatasetsError(
                "\(name) has \(pixels.count) bytes of pixels, "
                    + "which are not \(labels.count) images of \(size) x \(channels)")
        }
        self.name = name
        self.classNames = classNames
        self.size = size
        self.channels = channels
        self.pixels = pixels
        self.sources = sources
        count = labels.count
        let limit = min(classNames.count, Int(UInt16.max) + 1)
        if let bad = labels.firstIndex(where: { !(0..<limit).contains($0) }) {
            let place = Self.location(of: bad, in: sources, name: name)
            throw DatasetsError(
                "\(place) has label \(labels[bad]), but there \(classNames.count == 1 ? "is" : "are") \(counted(classNames.count, "class", "classes"))"
            )
        }
        self.labels = labels.map { UInt16($0) }
    }

    public var imageSize: ImageSize? { size }

    public func label(at index: Int) -> Int {
        Int(labels[index])
    }

    public func image(at index: Int, minimumSize: ImageSize?) throws -> Image {
        try Image(width: size.width, height: size.height, channels: channels, pixels: Array(pixels[range(of: index)]))
    }

    public func location(of index: Int) -> String {
        Self.location(of: index, in: sources, name: name)
    }

    public func withStoredPixels<Result>(
        at index: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
    ) rethrows -> Result? {
        try pixels.withUnsafeBufferPointer { try body(UnsafeBufferPointer(rebasing: $0[range(of: index)])) }
    }

    private func range(of index: Int) -> Range<Int> {
        let bytes = size.width * size.height * channels
        precondition((0..<count).contains(index), "\(name) has no image \(index)")
        return index * bytes..<(index + 1) * bytes
    }

    private static func location(of index: Int, in sources: [Source], name: String) -> String {
        var index = index
        for source in sources {
            if index < source.count { return "\(source.path), image \(index)" }
            index -= source.count
        }
        return "\(name), image \(index)"
    }
}
