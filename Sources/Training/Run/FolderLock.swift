import Foundation

/// Keeps a second process out of a folder, as long as the lock lives. The system lets go of it when the process ends, however it ends.
package final class FolderLock {
    private let descriptor: Int32

    /// Takes a folder that is there.
    ///
    /// - Parameter work: what a process does there: "trains", for the message.
    /// - Throws: `TrainingError` where another process has it. File systems without locks keep nobody out.
    package init(_ folder: String, work: String) throws {
        descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw TrainingError("the folder \(folder) cannot be read: choose another, or change its permissions")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else {
            close(descriptor)
            throw TrainingError("another process \(work) in \(folder): wait for it, or choose another output folder")
        }
    }

    deinit { close(descriptor) }
}
