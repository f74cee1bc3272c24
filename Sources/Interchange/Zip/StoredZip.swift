/// Writes a zip archive of one file, stored as it is, that stands behind something else.
///
/// Format: APPNOTE.TXT of PKWARE, sections 4.3.7 (local header), 4.3.12 (central directory) and 4.3.16 (its end).
enum StoredZip {
    /// The archive's bytes; the file has no date but the format's first.
    ///
    /// - Parameter offset: the bytes in front of the archive, from whose beginning places are counted.
    static func archive(name: String, contents: [UInt8], behind offset: Int) -> [UInt8] {
        let (title, size) = (Array(name.utf8), UInt32(truncatingIfNeeded: contents.count))
        // Version, flags (names in UTF-8), method, time, date, check sum, both sizes, lengths of name and extra field.
        let common =
            FlatValue.bytes([UInt16(20), 0x800, 0, 0, 0x21])
            + FlatValue.bytes([CRC32.checksum(contents), size, size])
            + FlatValue.bytes([UInt16(truncatingIfNeeded: title.count), 0])
        let file = FlatValue.bytes([UInt32(0x0403_4B50)]) + common + title + contents
        // Comment's length, disk, attributes, and where the file begins.
        let directory =
            FlatValue.bytes([UInt32(0x0201_4B50)]) + FlatValue.bytes([UInt16(20)]) + common
            + FlatValue.bytes([UInt16(0), 0, 0]) + FlatValue.bytes([UInt32(0), UInt32(truncatingIfNeeded: offset)])
            + title
        let end =
            FlatValue.bytes([UInt32(0x0605_4B50)]) + FlatValue.bytes([UInt16(0), 0, 1, 1])
            + FlatValue.bytes([
                UInt32(truncatingIfNeeded: directory.count), UInt32(truncatingIfNeeded: offset + file.count),
            ]) + FlatValue.bytes([UInt16(0)])
        return file + directory + end
    }
}
