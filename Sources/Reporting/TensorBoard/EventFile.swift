#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// An event file that grows by whole records (TFRecord framing: length, its checksum, data, its checksum).
final class EventFile {
    let path: String
    private let descriptor: Int32
    private var length = 0

    /// Creates a file.
    ///
    /// - Returns: nil if there is one of that name already.
    /// - Throws: `ReportingError` if it cannot be created.
    init?(creating path: String) throws {
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o666)
        self.path = path
        if descriptor < 0 {
            if errno == EEXIST { return nil }
            throw Self.failure(path)
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Hands a record to the system with a single call, so that the end of this process cannot leave half of one.
    ///
    /// - Throws: `ReportingError`, for example when the disk is full.
    func append(_ data: [UInt8]) throws {
        let count = littleEndianBytes(UInt64(data.count))
        let record = count + littleEndianBytes(CRC32C.masked(count)) + data + littleEndianBytes(CRC32C.masked(data))
        var done = 0
        while done < record.count {
            let written = record[done...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else {
                let failure = Self.failure(path)
                // A reader would stop at half a record, and never see those that follow.
                ftruncate(descriptor, off_t(length))
                throw failure
            }
            done += written
        }
        length += record.count
    }

    /// Waits until the disk holds all records.
    ///
    /// - Throws: `ReportingError`.
    func synchronize() throws {
        guard fsync(descriptor) == 0 else { throw Self.failure(path) }
    }

    private static func failure(_ path: String) -> ReportingError {
        ReportingError("cannot write \(path): \(String(cString: strerror(errno)))")
    }
}

/// This machine's name up to the first dot; asks no name server.
func shortHostName() -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
    let name = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    let short = String(decoding: name, as: UTF8.self).prefix { $0 != "." && $0 != "/" }
    return short.isEmpty ? "localhost" : String(short)
}

private func littleEndianBytes(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
