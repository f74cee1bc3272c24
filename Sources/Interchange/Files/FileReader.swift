#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif
import Files

/// An open file, read by position.
final class FileReader {
    /// The bytes that the file had when it was opened.
    let length: Int

    private let path: String
    private let descriptor: Int32

    /// Opens a file.
    ///
    /// - Throws: `InterchangeError` if there is none, it is a folder, or it may not be read.
    init(path: String) throws {
        // Without O_NONBLOCK, opening a named pipe would wait for a writer.
        let descriptor = retryingInterrupts { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else {
            throw InterchangeError("cannot read \(path): \(lastSystemError())")
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw InterchangeError("cannot read \(path): it is not a file")
        }
        self.path = path
        self.descriptor = descriptor
        length = Int(status.st_size)
    }

    deinit {
        close(descriptor)
    }

    /// The bytes in a range, which has to lie within the file.
    ///
    /// - Throws: `InterchangeError` if they cannot be read, or the file has become shorter.
    func read(_ range: Range<Int>) throws -> [UInt8] {
        precondition(range.lowerBound >= 0 && range.upperBound <= length, "reading outside the file")
        return try [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
            while count < range.count {
                let wanted = min(range.count - count, largestTransfer)
                let destination = UnsafeMutableRawBufferPointer(buffer).baseAddress.map { $0 + count }
                let got = retryingInterrupts { pread(descriptor, destination, wanted, off_t(range.lowerBound + count)) }
                guard got >= 0 else { throw InterchangeError("cannot read \(path): \(lastSystemError())") }
                guard got > 0 else { throw InterchangeError("\(path) became shorter while it was read: try again") }
                count += got
            }
        }
    }
}
