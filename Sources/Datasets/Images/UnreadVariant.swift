/// Variants of formats that are read, which are valid and yet not read: a decoder would call them broken, or show a mere preview.
enum UnreadVariant {
    /// What the bytes of a file are, with "it" in front; nil where they are of no such variant.
    ///
    /// The beginning of a file is enough as far as what tells a variant lies in it.
    static func name(of bytes: [UInt8], _ format: ImageFormat) -> String? {
        switch format {
        case .jpeg: isJPEGLS(bytes) ? "is a JPEG-LS image, which is not read" : nil
        case .png: isOfApple(bytes) ? "is a PNG in Apple's own form (CgBI), which is not read" : nil
        case .tiff: raw(bytes)
        case .bmp, .webp, .gif: nil
        }
    }

    /// Whether the frame of a JPEG begins with the marker of ISO 14495, SOF55.
    private static func isJPEGLS(_ bytes: [UInt8]) -> Bool {
        var place = 2
        while place + 3 < bytes.count, bytes[place] == 0xFF {
            switch bytes[place + 1] {
            case 0xF7: return true
            // Filling, and markers without a length.
            case 0xFF: place += 1
            case 0x01, 0xD0...0xD8: place += 2
            // Frames of other kinds, scans and the end.
            case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF, 0xD9, 0xDA: return false
            default: place += 2 + max(2, Int(bytes[place + 2]) << 8 | Int(bytes[place + 3]))
            }
        }
        return false
    }

    /// Whether a chunk of Apple's stands in front of a PNG's header; Xcode writes such files for telephones.
    private static func isOfApple(_ bytes: [UInt8]) -> Bool { bytes.dropFirst(12).starts(with: Array("CgBI".utf8)) }

    /// Raw files of cameras are TIFF: by Canon's mark, by DNG's version, or by a preview in place of the first image (NEF).
    private static func raw(_ bytes: [UInt8]) -> String? {
        let text = "is a raw file of a camera, which is not read"
        guard bytes.count >= 10 else { return nil }
        if bytes[8...9].elementsEqual("CR".utf8) { return text }
        let isLittle = bytes[0] == UInt8(ascii: "I")
        func number(_ place: Int, _ count: Int) -> Int {
            (0..<count).reduce(0) { $0 << 8 | Int(bytes[isLittle ? place + count - 1 - $1 : place + $1]) }
        }
        // Files with places of 64 bits are no raw files.
        guard number(2, 2) == 42 else { return nil }
        let directory = number(4, 4)
        guard directory + 2 <= bytes.count else { return nil }
        let (subfileType, dngVersion, isReduced) = (254, 50706, 1)
        var hasPreview = false
        for entry in 0..<number(directory, 2) {
            let place = directory + 2 + 12 * entry
            guard place + 12 <= bytes.count else { break }
            let tag = number(place, 2)
            if tag == dngVersion { return text }
            hasPreview = hasPreview || (tag == subfileType && number(place + 8, 4) & isReduced != 0)
        }
        return hasPreview ? "begins with a preview, as raw files of cameras do, which are not read" : nil
    }
}
