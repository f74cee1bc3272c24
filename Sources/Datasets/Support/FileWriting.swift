import Foundation

/// Writes a file under a temporary name in the same folder and renames it, so that nobody ever sees half of it.
///
/// - Throws: `DatasetsError` that names the path; what was there before then is as it was.
func replaceFile(_ path: String, with bytes: [UInt8]) throws {
    func failure() -> DatasetsError { DatasetsError("cannot write \(path): \(lastSystemError())") }

    let temporaryPath = "\(path).\(UUID().uuidString).temporary"
    let descriptor = retryingInterrupts { open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) }
    guard descriptor >= 0 else { throw failure() }
    var problem: DatasetsError?
    bytes.withUnsafeBytes { raw in
        var done = 0
        while done < raw.count, problem == nil {
            let source = raw.baseAddress.map { $0 + done }
            let wanted = min(raw.count - done, 1 << 30)
            let written = retryingInterrupts { write(descriptor, source, wanted) }
            if written > 0 { done += written } else { problem = failure() }
        }
    }
    if close(descriptor) != 0, problem == nil { problem = failure() }
    if problem == nil, rename(temporaryPath, path) != 0 { problem = failure() }
    if let problem {
        unlink(temporaryPath)
        throw problem
    }
}
