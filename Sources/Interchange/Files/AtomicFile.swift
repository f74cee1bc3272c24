#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Writes files so that nobody ever sees half of one.
package struct AtomicFile {
    /// How the names of unfinished files end; they begin with a point.
    package static let temporarySuffix = ".temporary"

    private let path: String
    private let descriptor: Int32

    /// Writes a file under a temporary name in the same folder, flushes it to the disk, and renames it.
    ///
    /// On failure the temporary file is removed and `path` is as before.
    ///
    /// - Parameters:
    ///   - path: where the file shall stand, whether there is one now or not.
    ///   - body: appends the contents.
    /// - Throws: `InterchangeError` that names the path, and whatever `body` throws.
    package static func replace(_ path: String, _ body: (AtomicFile) throws -> Void) throws {
        let (temporaryPath, descriptor) = try create(beside: path)
        var isOpen = true
        do {
            try body(AtomicFile(path: path, descriptor: descriptor))
            guard retryingInterrupts({ fsync(descriptor) }) == 0 else { throw failure(path) }
            isOpen = false
            guard close(descriptor) == 0 else { throw failure(path) }
            guard rename(temporaryPath, path) == 0 else { throw failure(path) }
        } catch {
            if isOpen { close(descriptor) }
            unlink(temporaryPath)
            throw error
        }
        flushFolder(of: path)
    }

    /// Appends bytes.
    ///
    /// - Throws: `InterchangeError`, for example when the disk is full.
    package func append(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { raw in
            var done = 0
            while done < raw.count {
                let wanted = min(raw.count - done, largestTransfer)
                let source = raw.baseAddress.map { $0 + done }
                let written = retryingInterrupts { write(descriptor, source, wanted) }
                guard written > 0 else { throw Self.failure(path) }
                done += written
            }
        }
    }

    private static func create(beside path: String) throws -> (path: String, descriptor: Int32) {
        let (folder, name) = split(path)
        // A process that was killed may have left a file of its own: try another name then.
        for _ in 0..<100 {
            let suffix = String(UInt32.random(in: 0...UInt32.max), radix: 36)
            let temporaryPath = "\(folder).\(name).\(suffix)\(temporarySuffix)"
            let descriptor = retryingInterrupts { open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) }
            if descriptor >= 0 { return (temporaryPath, descriptor) }
            guard errno == EEXIST else { break }
        }
        throw failure(path)
    }

    /// Makes the new name itself survive a power cut, where the system can.
    private static func flushFolder(of path: String) {
        let folder = split(path).folder
        let descriptor = open(folder.isEmpty ? "." : String(folder), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    /// `a/b/c` as `a/b/` and `c`.
    private static func split(_ path: String) -> (folder: Substring, name: Substring) {
        guard let slash = path.lastIndex(of: "/") else { return ("", path[...]) }
        return (path[...slash], path[path.index(after: slash)...])
    }

    private static func failure(_ path: String) -> InterchangeError {
        InterchangeError("cannot write \(path): \(lastSystemError())")
    }
}
