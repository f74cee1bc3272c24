import CCodecs

/// File formats of single images, told by their first bytes.
enum ImageFormat: CaseIterable {
    case jpeg
    case png
    case bmp
    case webp
    case gif
    case tiff

    /// As many bytes as tell a format.
    static let prefixCount = 32

    /// What to do about an image of a kind that is not read.
    static let conversionAdvice = "convert it to JPEG or PNG, or remove it"

    /// Whether this build reads it: some formats have libraries that need not be there.
    var isBuiltIn: Bool {
        switch self {
        case .jpeg, .png, .bmp: true
        case .webp: codecs_has_format(CODECS_WEBP) != 0
        case .gif: codecs_has_format(CODECS_GIF) != 0
        case .tiff: codecs_has_format(CODECS_TIFF) != 0
        }
    }

    private var endings: [String] {
        switch self {
        case .jpeg: ["jpg", "jpeg", "jpe", "jfif"]
        case .png: ["png"]
        case .bmp: ["bmp", "dib"]
        case .webp: ["webp"]
        case .gif: ["gif"]
        case .tiff: ["tif", "tiff"]
        }
    }

    private static let extensions = Set(allCases.filter(\.isBuiltIn).flatMap(\.endings))

    /// Whether a file's name ends like that of an image that this build reads.
    static func hasImageEnding(_ name: String) -> Bool {
        guard let point = name.lastIndex(of: ".") else { return false }
        return extensions.contains(name[name.index(after: point)...].lowercased())
    }

    /// The format that bytes begin like, if any.
    init?(_ bytes: some Sequence<UInt8>) {
        let start = Array(bytes.prefix(Self.prefixCount))
        if start.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if start.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if start.starts(with: Array("BM".utf8)), start.count > 17, Self.bmpHeaders.contains(start[14]),
            start[15...17] == [0, 0, 0]
        {
            self = .bmp
        } else if start.starts(with: Array("RIFF".utf8)), start.dropFirst(8).starts(with: Array("WEBP".utf8)) {
            self = .webp
        } else if start.starts(with: Array("GIF87a".utf8)) || start.starts(with: Array("GIF89a".utf8)) {
            self = .gif
        } else if Self.tiffStarts.contains(where: { start.starts(with: $0) }) {
            self = .tiff
        } else {
            return nil
        }
    }

    /// Lengths of the headers of BMP files.
    private static let bmpHeaders: Set<UInt8> = [12, 16, 40, 52, 56, 64, 108, 124]

    /// Both byte orders, with places of 32 and of 64 bits.
    private static let tiffStarts: [[UInt8]] = [
        [0x49, 0x49, 0x2A, 0x00], [0x4D, 0x4D, 0x00, 0x2A], [0x49, 0x49, 0x2B, 0x00], [0x4D, 0x4D, 0x00, 0x2B],
    ]

    /// The format of a file's bytes.
    ///
    /// - Throws: `DatasetsError` that says what the bytes are instead, as far as that can be told.
    static func format(of bytes: [UInt8]) throws -> ImageFormat {
        if let format = ImageFormat(bytes) {
            guard let variant = UnreadVariant.name(of: bytes, format) else { return format }
            throw DatasetsError("it \(variant)", advice: conversionAdvice)
        }
        guard !bytes.isEmpty else { throw DatasetsError("the file is empty") }
        if let name = ForeignFormat.name(of: bytes) {
            throw DatasetsError("it is \(name), which is not read", advice: conversionAdvice)
        }
        throw DatasetsError("it is no JPEG, PNG, BMP, WebP, GIF or TIFF image")
    }
}

/// Kinds of files that people take for images that can be read, told by their first bytes.
private enum ForeignFormat {
    private static let signatures: [(offset: Int, bytes: [UInt8], name: String)] = [
        (4, text("ftypheic"), "a HEIC image"),
        (4, text("ftypheix"), "a HEIC image"),
        (4, text("ftypheim"), "a HEIC image"),
        (4, text("ftypheis"), "a HEIC image"),
        (4, text("ftyphevc"), "a HEIC image"),
        (4, text("ftyphevx"), "a HEIC image"),
        (4, text("ftyphevm"), "a HEIC image"),
        (4, text("ftyphevs"), "a HEIC image"),
        (4, text("ftypcrx "), "a raw file of a camera"),
        (4, text("ftypmif1"), "a HEIF image"),
        (4, text("ftypmsf1"), "a HEIF image"),
        (4, text("ftypavif"), "an AVIF image"),
        (4, text("ftypavis"), "an AVIF image"),
        (4, text("ftyp"), "a video"),
        (4, text("jP  "), "a JPEG 2000 image"),
        (0, [0xFF, 0x4F, 0xFF, 0x51], "a JPEG 2000 image"),
        (4, text("JXL "), "a JPEG XL image"),
        (0, [0xFF, 0x0A], "a JPEG XL image"),
        (0, text("8BPS"), "a Photoshop image"),
        (0, [0x00, 0x00, 0x01, 0x00], "an icon"),
        (0, text("%PDF"), "a PDF document"),
        (0, text("<svg"), "an SVG drawing"),
        (0, text("<?xml"), "an XML document"),
        (0, text("<!DOCTYPE"), "a web page"),
        (0, text("<!doctype"), "a web page"),
        (0, text("<html"), "a web page"),
        (0, text("version https://git-lfs"), "a pointer of Git LFS"),
    ]

    static func name(of bytes: [UInt8]) -> String? {
        signatures.first { bytes.dropFirst($0.offset).starts(with: $0.bytes) }?.name
    }

    private static func text(_ text: String) -> [UInt8] { Array(text.utf8) }
}
