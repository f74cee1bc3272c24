import CCodecs
import Files

extension Image {
    /// The image as a PNG file, 8 bits a channel.
    ///
    /// - Throws: `DatasetsError` if it cannot be encoded, for example for want of memory.
    public func pngData() throws -> [UInt8] {
        try encoded { pixels, result, message in
            codecs_encode_png(pixels, Int32(width), Int32(height), Int32(channels), &result, message)
        }
    }

    /// The image as a baseline JPEG file.
    ///
    /// - Parameter quality: 1 to 100, on libjpeg's scale.
    /// - Throws: `DatasetsError` if it cannot be encoded; JPEG allows 65 500 pixels a side.
    public func jpegData(quality: Int = 90) throws -> [UInt8] {
        let quality = Int32(max(1, min(quality, 100)))
        return try encoded { pixels, result, message in
            codecs_encode_jpeg(pixels, Int32(width), Int32(height), Int32(channels), quality, &result, message)
        }
    }

    /// Writes a PNG file; what was there before is replaced only when all is written.
    ///
    /// - Throws: `FileError` that names the path.
    public func write(toPNG path: String) throws {
        try AtomicFile.replace(path, with: pngData())
    }

    private func encoded(
        _ encode: ([UInt8], inout codecs_bytes, UnsafeMutablePointer<CChar>) -> Int32
    ) throws -> [UInt8] {
        guard width <= Int(Int32.max), height <= Int(Int32.max) else {
            throw DatasetsError("an image of \(size) pixels is too large to be encoded")
        }
        var result = codecs_bytes()
        try callingCodec { encode(pixels, &result, $0) }
        defer { codecs_free(result.bytes) }
        return [UInt8](UnsafeBufferPointer(start: result.bytes, count: result.count))
    }
}
