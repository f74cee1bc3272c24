import Files
import Foundation

/// An open file, read from its beginning to its end.
final class FileReader {
    /// The bytes that the file had when it was opened.
    let length: Int

    private let path: String
    private let descriptor: Int32

    /// Opens a file.
    ///
    /// - Throws: `DatasetsError` if there is none, it is no regular file, or it may not be read.
    init(path: String) throws {
        // Without O_NONBLOCK, opening a named pipe would wait for a writer.
        let descriptor = retryingInterrupts { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else { throw DatasetsError("cannot read \(path): \(lastSystemError())") }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw DatasetsError("cannot read \(path): it is not a file")
        }
        self.path = path
        self.descriptor = descriptor
        length = Int(status.st_size)
    }

    deinit {
        close(descriptor)
    }

    /// Fills a buffer with the next bytes of the file.
    ///
    /// - Throws: `DatasetsError` if they cannot be read, or there are too few.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws {
        let largestTransfer = 1 << 30
        var done = 0
        while done < buffer.count {
            let wanted = min(buffer.count - done, largestTransfer)
            let target = buffer.baseAddress.map { $0 + done }
            let got = retryingInterrupts { Foundation.read(descriptor, target, wanted) }
            guard got >= 0 else { throw DatasetsError("cannot read \(path): \(lastSystemError())") }
            guard got > 0 else { throw DatasetsError("\(path) became shorter while it was read: try again") }
            done += got
        }
    }

    /// The contents of a file.
    ///
    /// - Throws: `DatasetsError` if it cannot be read.
    static func contents(of path: String) throws -> [UInt8] {
        try FileReader(path: path).contents()
    }

    private func contents() throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            try read(into: UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: length))
            count = length
        }
    }

    /// The most bytes that a file of an image may have: 1 GiB.
    static let largestImageFile = 1 << 30

    /// The contents of a file of an image.
    ///
    /// - Throws: `DatasetsError` if it cannot be read, or is larger than any image.
    static func image(_ path: String) throws -> [UInt8] {
        let file = try FileReader(path: path)
        guard file.length <= largestImageFile else {
            throw DatasetsError("the file has \(file.length) bytes, more than the limit of \(largestImageFile)")
                .ofImage(path)
        }
        return try file.contents()
    }

    /// All bytes of standard input.
    ///
    /// - Throws: `DatasetsError` if it cannot be read, or holds more than any image.
    static func standardInput() throws -> [UInt8] {
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let got = part.withUnsafeMutableBytes { buffer in
                retryingInterrupts { Foundation.read(STDIN_FILENO, buffer.baseAddress, buffer.count) }
            }
            guard got >= 0 else { throw DatasetsError("cannot read standard input: \(lastSystemError())") }
            guard got > 0 else { return bytes }
            bytes += part[..<got]
            guard bytes.count <= largestImageFile else {
                throw DatasetsError("standard input holds more than the limit of \(largestImageFile) bytes")
            }
        }
    }

    /// At most the first `count` bytes of a file.
    ///
    /// - Throws: `DatasetsError` if it cannot be read.
    static func prefix(of path: String, count: Int) throws -> [UInt8] {
        let file = try FileReader(path: path)
        var bytes = [UInt8](repeating: 0, count: min(count, file.length))
        try bytes.withUnsafeMutableBytes { try file.read(into: $0) }
        return bytes
    }

    /// The lines of a text file, trimmed, without a byte order mark and without empty ones at the end.
    ///
    /// - Throws: `DatasetsError` if it cannot be read.
    static func lines(of path: String) throws -> [String] {
        let bytes = try contents(of: path)
        let text = String(decoding: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...], as: UTF8.self)
        var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .map { $0.trimmingCharacters(in: .whitespaces) }
        while lines.last == "" { lines.removeLast() }
        return lines
    }
}
