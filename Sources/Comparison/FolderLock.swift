import Foundation
import Training

/// Keeps a second process out of a folder. The system lets go of it when the process ends, however it ends.
final class FolderLock {
    private let descriptor: Int32

    /// Takes the folder.
    ///
    /// - Throws: `TrainingError` where another process has it.
    init(_ folder: String) throws {
        descriptor = open("\(folder)/.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw TrainingError(
                "the output folder \(folder) cannot be written: choose another, or change its permissions")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw TrainingError("another process compares in \(folder): wait for it, or choose another output folder")
        }
    }

    func release() { close(descriptor) }
}
