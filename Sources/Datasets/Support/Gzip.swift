import CCodecs

/// gzip (RFC 1952) in memory.
enum Gzip {
    /// The most bytes that one file may inflate to: 1 GiB.
    static let limit = 1 << 30

    /// Whether bytes begin as a gzip file does.
    static func isGzip(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: [0x1F, 0x8B])
    }

    /// Inflates a whole gzip file of one or more members.
    ///
    /// - Throws: `DatasetsError` with the reason alone, such as "the gzip data end too early".
    static func inflate(_ bytes: [UInt8], limit: Int = limit) throws -> [UInt8] {
        var result = codecs_bytes()
        try callingCodec { codecs_gunzip(bytes, bytes.count, limit, &result, $0) }
        defer { codecs_free(result.bytes) }
        return [UInt8](UnsafeBufferPointer(start: result.bytes, count: result.count))
    }
}
