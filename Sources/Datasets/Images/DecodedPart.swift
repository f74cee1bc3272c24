import CCodecs

/// A part of an image file, decoded without what lies around it.
final class DecodedPart {
    private let image: codecs_image
    private let part: codecs_rectangle

    /// Reads a part of a JPEG or PNG file.
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
        contentsOf path: String, channels: Int, minimumSize: ImageSize?, choose: (ImageSize) -> Rectangle
    ) throws {
        let bytes = try FileReader.contents(of: path)
        do {
            (image, part) = try Self.decode(bytes, channels: channels, minimumSize: minimumSize, choose: choose)
        } catch {
            throw DatasetsError("cannot decode \(path): \(error); replace or remove the file")
        }
    }

    deinit { codecs_free(image.pixels) }

    /// Calls `body` with the part's pixels.
    func withView<Result>(_ body: (PixelView) throws -> Result) rethrows -> Result {
        let view = PixelView(
            base: image.pixels, width: Int(image.width), height: Int(image.height), channels: Int(image.channels))
        return try withExtendedLifetime(self) { try body(view.cropped(Rectangle(part))) }
    }

    private static func decode(
        _ bytes: [UInt8], channels: Int, minimumSize: ImageSize?, choose: (ImageSize) -> Rectangle
    ) throws -> (codecs_image, codecs_rectangle) {
        guard let format = ImageFormat(bytes) else {
            throw DatasetsError(bytes.isEmpty ? "the file is empty" : "it is neither a JPEG nor a PNG file")
        }
        var options = codecs_decode_options(channels: channels, minimumSize: minimumSize)
        var image = codecs_image()
        var part = codecs_rectangle()
        switch format {
        case .png:
            try callingCodec { codecs_decode_png(bytes, bytes.count, &options, &image, $0) }
            part = codecs_rectangle(choose(ImageSize(width: Int(image.width), height: Int(image.height))))
        case .jpeg:
            try withoutActuallyEscaping(choose) { choose in
                var choice = Choice(choose: choose)
                try callingCodec { message in
                    codecs_decode_jpeg_part(bytes, bytes.count, &options, Choice.make, &choice, &image, &part, message)
                }
            }
        }
        return (image, part)
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
