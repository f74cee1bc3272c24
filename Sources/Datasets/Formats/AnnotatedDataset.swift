import Detection
import Synchronization

/// Images with boxes around objects.
///
/// Images that have been read stay in memory as long as there is room, so that small data sets are decoded once.
public final class AnnotatedDataset: Dataset {
    public let name: String
    public let classNames: [String]
    /// The images and their objects, boxes in pixels.
    public let images: [AnnotatedImage]
    /// Boxes that were left out, each with its file and reason.
    public let dropped: [DroppedBox]
    public let remarks: [String]
    private let reducedSize: ImageSize?
    private let cache: Mutex<Cache>

    private struct Cache {
        var images: [Image?]
        var room: Int
    }

    /// A data set of annotated images.
    ///
    /// - Parameters:
    ///   - reducedSize: images come out no larger than needed to cover this; nil leaves them whole.
    ///   - cacheBytes: memory for images that have been read.
    public init(_ annotated: AnnotatedImages, reducedSize: ImageSize? = nil, cacheBytes: Int = 1 << 30) {
        name = annotated.name
        classNames = annotated.classNames
        images = annotated.images
        dropped = annotated.dropped
        remarks = annotated.remarks
        self.reducedSize = reducedSize
        cache = Mutex(Cache(images: [Image?](repeating: nil, count: annotated.images.count), room: cacheBytes))
    }

    public var count: Int { images.count }
    public var channels: Int { 3 }
    public var imageSize: ImageSize? { nil }
    public func label(at index: Int) -> Int { 0 }
    public func location(of index: Int) -> String { images[index].path }
    public func file(at index: Int) -> String? { images[index].path }
    public func annotation(of index: Int) -> String? { images[index].annotation }

    public func storedSize(at index: Int) -> ImageSize? {
        ImageSize(width: images[index].width, height: images[index].height)
    }

    public func objects(at index: Int) -> [GroundTruth] {
        let image = images[index]
        return image.objects.map { object in
            var object = object
            object.box = object.box.mapped(scaleX: 1 / Double(image.width), scaleY: 1 / Double(image.height))
            return object
        }
    }

    public func image(at index: Int, minimumSize: ImageSize?) throws -> Image {
        if let image = cache.withLock({ $0.images[index] }) { return image }
        let image = try read(images[index])
        cache.withLock { cache in
            guard cache.images[index] == nil, image.pixels.count <= cache.room else { return }
            cache.images[index] = image
            cache.room -= image.pixels.count
        }
        return image
    }

    private func read(_ annotated: AnnotatedImage) throws -> Image {
        let image = try namingAnnotation(annotated.annotation) {
            try Image.decode(contentsOf: annotated.path, channels: 3)
        }
        // Boxes would be around nothing.
        guard image.width == annotated.width, image.height == annotated.height else {
            let isTurned = (image.height, image.width) == (annotated.width, annotated.height)
            throw DatasetsError(
                "\(annotated.path) has \(image.size) pixels, but its annotation is of \(annotated.width) x \(annotated.height): "
                    + (isTurned
                        ? "it looks annotated as it lies in the file, before its EXIF orientation turns it: annotate it as it is "
                            + "shown, or remove the orientation"
                        : "replace one of them"))
        }
        guard let reducedSize else { return image }
        let scale = max(
            Double(reducedSize.width) / Double(image.width), Double(reducedSize.height) / Double(image.height))
        return try image.reduced(by: scale)
    }
}
