import CCodecs

extension Image {
    /// The most pixels that an image may have to be decoded: beyond nearly every camera, and where Pillow stops as well.
    public static let maximumPixels = 178_956_970

    /// The most bytes of memory that decoding one image may take: 768 MiB.
    public static let maximumDecodingBytes = 3 << 28

    /// Reads a JPEG, PNG, BMP, WebP, GIF or TIFF file, told by its contents; of several images in it the first.
    ///
    /// WebP, GIF and TIFF are read where their libraries were there when this was built.
    ///
    /// 16-bit channels are scaled to 8 bits, transparent pixels laid over white, CMYK made RGB, and the image is
    /// turned as its EXIF orientation says.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - channels: 1 or 3; `nil` leaves grey files grey and makes all others RGB.
    ///   - minimumSize: lets the decoder hand out a JPEG at a half, a quarter or an eighth of its size, which is
    ///     several times faster, as long as it stays at least this large.
    /// - Throws: `DatasetsError` if the file cannot be read, is of another kind, is damaged or ends too early,
    ///   has more than `maximumPixels` or needs more than `maximumDecodingBytes`.
    public static func decode(
        contentsOf path: String, channels: Int? = nil, minimumSize: ImageSize? = nil
    ) throws -> Image {
        try DecodedImage(contentsOf: path, channels: channels, minimumSize: minimumSize).copy()
    }

    /// Decodes the bytes of a file; see `decode(contentsOf:channels:minimumSize:)`.
    ///
    /// - Throws: `DatasetsError` with the reason alone, such as "the JPEG data end too early".
    public static func decode(
        _ bytes: [UInt8], channels: Int? = nil, minimumSize: ImageSize? = nil
    ) throws -> Image {
        try DecodedImage(bytes, channels: channels, minimumSize: minimumSize).copy()
    }
}

extension codecs_decode_options {
    /// Options; 0 channels leaves grey files grey and makes all others RGB.
    init(channels: Int, minimumSize: ImageSize?) {
        let largest = Int(Int32.max)
        self.init(
            channels: Int32(channels), minimum_width: Int32(max(0, min(minimumSize?.width ?? 0, largest))),
            minimum_height: Int32(max(0, min(minimumSize?.height ?? 0, largest))),
            maximum_pixels: Int64(Image.maximumPixels), maximum_bytes: Int64(Image.maximumDecodingBytes))
    }
}
