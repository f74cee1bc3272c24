import Foundation
import XCTest

/// Runs a committed Python script of `Tests/Golden` in the environment that `Scripts/bootstrap` has made.
struct PythonOracle {
    private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    private var interpreter: String { "\(root)/.deps/venv/bin/python" }

    /// Runs a script to its end.
    ///
    /// - Parameter modules: what it imports; where one is not there, the test is skipped.
    func run(_ script: String, _ arguments: [String], needs modules: String...) throws {
        guard FileManager.default.isExecutableFile(atPath: interpreter),
            try launch(["-c", modules.map { "import \($0)" }.joined(separator: "; ")]).status == 0
        else {
            throw XCTSkip("\(interpreter) with \(modules.joined(separator: ", ")) is not there: run Scripts/bootstrap")
        }
        let outcome = try launch(["\(root)/Tests/Golden/\(script)"] + arguments)
        XCTAssertEqual(outcome.status, 0, "\(script): \(outcome.errors)")
    }

    private func launch(_ arguments: [String]) throws -> (status: Int32, errors: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: interpreter)
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let text = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: text, as: UTF8.self))
    }
}
