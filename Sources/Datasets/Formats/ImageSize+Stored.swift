extension ImageSize {
    /// The size of an image in a file, turned as its EXIF orientation says. Little more than its beginning is decoded.
    ///
    /// - Throws: `DatasetsError` that names the file if it is no image that can be read.
    init(ofStoredImage path: String) throws {
        if let size = Self.png(try FileReader.prefix(of: path, count: 1 << 16)) {
            self = size
            return
        }
        var size = ImageSize(width: 1, height: 1)
        _ = try DecodedImage(partOf: path, channels: 3, minimumSize: nil) { stored in
            size = stored
            return Rectangle(x: 0, y: 0, width: 1, height: 1)
        }
        self = size
    }

    /// The size of an image in a file for readers of annotations; nil where it cannot be read.
    static func stored(_ path: String) -> (width: Int, height: Int)? {
        (try? ImageSize(ofStoredImage: path)).map { ($0.width, $0.height) }
    }

    /// The size in a PNG's first chunk; nil where it is none, or the beginning says that an orientation may follow.
    private static func png(_ bytes: [UInt8]) -> ImageSize? {
        guard bytes.count >= 33, ImageFormat(bytes) == .png, bytes[12..<16].elementsEqual("IHDR".utf8) else {
            return nil
        }
        func number(_ place: Int) -> Int { bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } }
        let size = ImageSize(width: number(16), height: number(20))
        guard size.width > 0, size.height > 0, size.width.multipliedFullWidth(by: size.height).high == 0 else {
            return nil
        }
        var place = 8
        while place + 8 <= bytes.count {
            switch String(decoding: bytes[place + 4..<place + 8], as: UTF8.self) {
            case "eXIf": return nil
            case "IDAT": return size
            default: place += 12 + number(place)
            }
        }
        return nil
    }
}
