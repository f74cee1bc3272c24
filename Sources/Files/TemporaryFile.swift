#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif
import Synchronization

/// An unfinished file beside the one that it is to become. It is locked while it is written, so that what a process that was
/// killed has left behind can be told from what another process is writing, and is removed by the next that writes there.
package struct TemporaryFile {
    /// How the names of unfinished files end; they begin with a point.
    package static let suffix = ".sapool-temporary"

    let path: String
    let descriptor: Int32

    /// Makes a file beside `target`.
    ///
    /// - Parameter path: what the caller calls the file, for messages.
    init(beside target: String, for path: String) throws(FileError) {
        let folder = OutputPlace.folder(of: target)
        Self.removeRemainsOnce(in: folder)
        // The system allows 255 bytes, and a name that is cut off serves as well.
        let name = String(decoding: OutputPlace.name(of: target).utf8.prefix(200), as: UTF8.self)
        for _ in 0..<100 {
            let number = String(UInt32.random(in: 0...UInt32.max), radix: 36)
            let temporaryPath = "\(folder)/.\(name).\(number)\(Self.suffix)"
            let descriptor = retryingInterrupts { open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) }
            guard descriptor >= 0 else {
                guard errno == EEXIST else { break }
                continue
            }
            if Self.take(descriptor) {
                (self.path, self.descriptor) = (temporaryPath, descriptor)
                return
            }
            Self.close(descriptor)
        }
        throw FileError.cannotWrite(path)
    }

    func close() { Self.close(descriptor) }

    func remove() {
        unlink(path)
        close()
    }

    /// Removes what processes that were killed while writing have left in a folder.
    package static func removeRemains(in folder: String) {
        guard let list = opendir(folder) else { return }
        defer { closedir(list) }
        while let entry = readdir(list) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name.hasPrefix("."), name.hasSuffix(suffix) else { continue }
            let path = "\(folder)/\(name)"
            let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
            guard descriptor >= 0 else { continue }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unlink(path) }
            close(descriptor)
        }
    }

    private static let cleared = Mutex<Set<String>>([])

    /// Looks once into each folder: some are written to thousands of times.
    private static func removeRemainsOnce(in folder: String) {
        guard cleared.withLock({ $0.insert(folder).inserted }) else { return }
        removeRemains(in: folder)
    }

    /// Locks a new file, unless another process has just taken it for a remainder.
    private static func take(_ descriptor: Int32) -> Bool {
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else { return false }
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_nlink > 0
    }

    private static func close(_ descriptor: Int32) {
        #if canImport(Darwin)
            Darwin.close(descriptor)
        #elseif canImport(Musl)
            Musl.close(descriptor)
        #else
            Glibc.close(descriptor)
        #endif
    }
}
