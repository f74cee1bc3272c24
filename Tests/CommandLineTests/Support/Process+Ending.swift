import Foundation

extension Process {
    /// Runs it to its end, and tells its status and what it printed: a few lines on each stream, which a pipe holds.
    func ending() throws -> (status: Int32, output: String, errors: String) {
        let (output, errors) = (Pipe(), Pipe())
        (standardOutput, standardError) = (output, errors)
        try run()
        let texts = [output, errors].map {
            String(decoding: $0.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        }
        waitUntilExit()
        return (terminationStatus, texts[0], texts[1])
    }
}
