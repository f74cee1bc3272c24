import CCodecs

/// An image file, or a part of one, decoded to memory that the decoder has taken: nothing is copied until somebody asks for it.
final class DecodedImage {
    private let image: codecs_image
    private let part: Rectangle

    /// Decodes the bytes of a file; see `Image.decode(_:channels:minimumSize:)`.
    init(_ bytes: [UInt8], channels: Int?, minimumSize: ImageSize?) throws {
        guard channels == nil || channels == 1 || channels == 3 else {
            throw DatasetsError("an image can be decoded to 1 or 3 channels, not to \(channels ?? 0)")
        }
        image = try Self.decode(bytes, channels: channels ?? 0, minimumSize: minimumSize)
        part = Rectangle(x: 0, y: 0, width: Int(image.width), height: Int(image.height))
    }

    /// Decodes a file; see `Image.decode(contentsOf:channels:minimumSize:)`.
    convenience init(contentsOf path: String, channels: Int?, minimumSize: ImageSize?) throws {
        let bytes = try FileReader.image(path)
        do {
            try self.init(bytes, channels: channels, minimumSize: minimumSize)
        } catch let error as DatasetsError {
            throw error.ofImage(path)
        }
    }

    /// Decodes a part of a file without what lies around it.
    ///
    /// The pixels are those that decoding the whole file gives. Of a JPEG the rows and columns around the part are skipped, and what
    /// follows it is not even read: damage there goes unnoticed, but for an early end.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - channels: 1 or 3.
    ///   - minimumSize: lets the decoder hand out the part of a JPEG at a half, a quarter or an eighth of its size, as long as the part
    ///     stays at least this large.
    ///   - choose: says which part of an image of a size is wanted.
    /// - Throws: `DatasetsError` as `Image.decode(contentsOf:)` does.
    init(
        partOf path: String, channels: Int, minimumSize: ImageSize?, choose: (ImageSize) -> Rectangle
    ) throws {
        let bytes = try FileReader.image(path)
        do {
            (image, part) = try Self.decode(bytes, channels: channels, minimumSize: minimumSize, choose: choose)
        } catch let error as DatasetsError {
            throw error.ofImage(path)
        }
    }

    deinit { codecs_free(image.pixels) }

    /// Calls `body` with the pixels.
    func withView<Result>(_ body: (PixelView) throws -> Result) rethrows -> Result {
        let view = PixelView(
            base: image.pixels, width: Int(image.width), height: Int(image.height), channels: Int(image.channels))
        return try withExtendedLifetime(self) { try body(view.cropped(part)) }
    }

    /// All pixels that were decoded.
    func copy() throws -> Image {
        let (width, height, channels) = (Int(image.width), Int(image.height), Int(image.channels))
        let pixels = [UInt8](UnsafeBufferPointer(start: image.pixels, count: width * height * channels))
        return try Image(width: width, height: height, channels: channels, pixels: pixels)
    }

    private static func decode(_ bytes: [UInt8], channels: Int, minimumSize: ImageSize?) throws -> codecs_image {
        let format = try ImageFormat.format(of: bytes)
        var options = codecs_decode_options(channels: channels, minimumSize: minimumSize)
        var image = codecs_image()
        try callingCodec { message in
            switch format {
            case .jpeg: codecs_decode_jpeg(bytes, bytes.count, &options, &image, message)
            case .png: codecs_decode_png(bytes, bytes.count, &options, &image, message)
            case .bmp: codecs_decode_bmp(bytes, bytes.count, &options, &image, message)
            case .webp: codecs_decode_webp(bytes, bytes.count, &options, &image, message)
            case .gif: codecs_decode_gif(bytes, bytes.count, &options, &image, message)
            case .tiff: codecs_decode_tiff(bytes, bytes.count, &options, &image, message)
            }
        }
        return image
    }

    private static func decode(
        _ bytes: [UInt8], channels: Int, minimumSize: ImageSize?, choose: (ImageSize) -> Rectangle
    ) throws -> (codecs_image, Rectangle) {
        guard try ImageFormat.format(of: bytes) == .jpeg else {
            let image = try decode(bytes, channels: channels, minimumSize: minimumSize)
            return (image, choose(ImageSize(width: Int(image.width), height: Int(image.height))))
        }
        var options = codecs_decode_options(channels: channels, minimumSize: minimumSize)
        var image = codecs_image()
        var part = codecs_rectangle()
        try withoutActuallyEscaping(choose) { choose in
            var choice = Choice(choose: choose)
            try withUnsafeMutablePointer(to: &choice) { choice in
                try callingCodec { message in
                    codecs_decode_jpeg_part(bytes, bytes.count, &options, Choice.make, choice, &image, &part, message)
                }
            }
        }
        return (image, Rectangle(part))
    }

    /// A closure on its way through C.
    private struct Choice {
        let choose: (ImageSize) -> Rectangle

        static let make: codecs_choose = { context, width, height in
            guard let choice = context?.assumingMemoryBound(to: Choice.self) else {
                return codecs_rectangle(x: 0, y: 0, width: width, height: height)
            }
            return codecs_rectangle(choice.pointee.choose(ImageSize(width: Int(width), height: Int(height))))
        }
    }
}

extension codecs_rectangle {
    fileprivate init(_ rectangle: Rectangle) {
        self.init(
            x: Int32(rectangle.x), y: Int32(rectangle.y), width: Int32(rectangle.width), height: Int32(rectangle.height)
        )
    }
}

extension Rectangle {
    fileprivate init(_ rectangle: codecs_rectangle) {
        self.init(
            x: Int(rectangle.x), y: Int(rectangle.y), width: Int(rectangle.width), height: Int(rectangle.height))
    }
}
