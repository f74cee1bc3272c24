#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Writes files so that nobody ever sees half of one.
///
/// Links are followed: what a link points to is replaced, and the link stays. Devices, pipes and terminals are written into and stay
/// what they are.
package struct AtomicFile {
    private let path: String
    private let descriptor: Int32

    /// Writes a file under a temporary name in the same folder, flushes it to the disk, and renames it.
    ///
    /// On failure the temporary file is removed and `path` is as before. Permissions of a file that is replaced stay.
    ///
    /// - Parameters:
    ///   - path: where the file shall stand, whether there is one now or not.
    ///   - body: appends the contents.
    /// - Throws: `FileError` that names the path, and whatever `body` throws.
    package static func replace(_ path: String, _ body: (AtomicFile) throws -> Void) throws {
        switch try OutputPlace(path) {
        case .stream: try writeInto(path, body)
        case .file(let target, let permissions):
            let temporary = try TemporaryFile(beside: target, for: path)
            do {
                try body(AtomicFile(path: path, descriptor: temporary.descriptor))
                if let permissions { fchmod(temporary.descriptor, permissions) }
                try flush(temporary.descriptor, path)
                guard rename(temporary.path, target) == 0 else { throw FileError.cannotWrite(path) }
            } catch {
                temporary.remove()
                throw error
            }
            temporary.close()
            flushFolder(of: target)
        }
    }

    /// Writes a whole file.
    ///
    /// - Throws: `FileError` that names the path.
    package static func replace(_ path: String, with bytes: [UInt8]) throws {
        try replace(path) { try $0.append(bytes) }
    }

    /// Removes what processes that were killed while writing have left in a folder.
    package static func removeRemains(in folder: String) { TemporaryFile.removeRemains(in: folder) }

    /// Appends bytes.
    ///
    /// - Throws: `FileError`, for example when the disk is full.
    package func append(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { raw in
            var done = 0
            while done < raw.count {
                let wanted = min(raw.count - done, largestTransfer)
                let source = raw.baseAddress.map { $0 + done }
                let written = retryingInterrupts { write(descriptor, source, wanted) }
                guard written > 0 else { throw FileError.cannotWrite(path) }
                done += written
            }
        }
    }

    private static func writeInto(_ path: String, _ body: (AtomicFile) throws -> Void) throws {
        let descriptor = retryingInterrupts { open(path, O_WRONLY | O_APPEND | O_NOCTTY | O_CLOEXEC) }
        guard descriptor >= 0 else { throw FileError.cannotWrite(path) }
        do {
            try body(AtomicFile(path: path, descriptor: descriptor))
        } catch {
            close(descriptor)
            throw error
        }
        guard close(descriptor) == 0 else { throw FileError.cannotWrite(path) }
    }

    private static func flush(_ descriptor: Int32, _ path: String) throws(FileError) {
        // Some file systems cannot be asked.
        guard retryingInterrupts({ fsync(descriptor) }) == 0 || errno == EINVAL || errno == ENOTSUP else {
            throw FileError.cannotWrite(path)
        }
    }

    /// Makes the new name itself survive a power cut, where the system can.
    private static func flushFolder(of path: String) {
        let descriptor = open(OutputPlace.folder(of: path), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
