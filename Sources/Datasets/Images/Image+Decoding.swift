import CCodecs

/// File formats of single images, told by their first bytes.
enum ImageFormat {
    case jpeg
    case png

    /// The format that bytes begin like, if any.
    init?(_ bytes: some Sequence<UInt8>) {
        let start = Array(bytes.prefix(8))
        if start.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if start == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] {
            self = .png
        } else {
            return nil
        }
    }
}

extension Image {
    /// The most pixels that an image may have to be decoded: 256 Mi, beyond every camera and below every bomb.
    public static let maximumPixels = 1 << 28

    /// Reads a JPEG or PNG file, told by its contents.
    ///
    /// 16-bit channels are scaled to 8 bits, transparent pixels laid over white, CMYK made RGB, and the image is
    /// turned as its EXIF orientation says.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - channels: 1 or 3; `nil` leaves grey files grey and makes all others RGB.
    ///   - minimumSize: lets the decoder hand out a JPEG at a half, a quarter or an eighth of its size, which is
    ///     several times faster, as long as it stays at least this large.
    /// - Throws: `DatasetsError` if the file cannot be read, is neither JPEG nor PNG, is damaged or ends too early, or
    ///   has more than `maximumPixels`.
    public static func decode(
        contentsOf path: String, channels: Int? = nil, minimumSize: ImageSize? = nil
    ) throws -> Image {
        let bytes = try FileReader.contents(of: path)
        do {
            return try decode(bytes, channels: channels, minimumSize: minimumSize)
        } catch {
            throw DatasetsError("cannot decode \(path): \(error); replace or remove the file")
        }
    }

    /// Decodes the bytes of a JPEG or PNG file; see `decode(contentsOf:channels:minimumSize:)`.
    ///
    /// - Throws: `DatasetsError` with the reason alone, such as "the JPEG data end too early".
    public static func decode(
        _ bytes: [UInt8], channels: Int? = nil, minimumSize: ImageSize? = nil
    ) throws -> Image {
        guard let format = ImageFormat(bytes) else {
            throw DatasetsError(bytes.isEmpty ? "the file is empty" : "it is neither a JPEG nor a PNG file")
        }
        guard channels == nil || channels == 1 || channels == 3 else {
            throw DatasetsError("an image can be decoded to 1 or 3 channels, not to \(channels ?? 0)")
        }
        var options = codecs_decode_options(channels: channels ?? 0, minimumSize: minimumSize)
        var image = codecs_image()
        try callingCodec { message in
            switch format {
            case .jpeg: codecs_decode_jpeg(bytes, bytes.count, &options, &image, message)
            case .png: codecs_decode_png(bytes, bytes.count, &options, &image, message)
            }
        }
        defer { codecs_free(image.pixels) }
        let count = Int(image.width) * Int(image.height) * Int(image.channels)
        let pixels = [UInt8](UnsafeBufferPointer(start: image.pixels, count: count))
        return try Image(
            width: Int(image.width), height: Int(image.height), channels: Int(image.channels), pixels: pixels)
    }
}

extension codecs_decode_options {
    /// Options; 0 channels leaves grey files grey and makes all others RGB.
    init(channels: Int, minimumSize: ImageSize?) {
        let largest = Int(Int32.max)
        self.init(
            channels: Int32(channels), minimum_width: Int32(max(0, min(minimumSize?.width ?? 0, largest))),
            minimum_height: Int32(max(0, min(minimumSize?.height ?? 0, largest))),
            maximum_pixels: Int64(Image.maximumPixels))
    }
}
