import Foundation
import XCTest

/// Runs a committed Python script of `Tests/Golden` with what `Scripts/bootstrap` and `Scripts/oracles` have installed.
struct PythonOracle {
    private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    private var interpreter: String { "\(root)/.deps/venv/bin/python" }

    /// An oracle; where a module that it needs is not there, the test is skipped.
    init(needs modules: String...) throws {
        guard FileManager.default.isExecutableFile(atPath: interpreter),
            try launch(["-c", modules.map { "import \($0)" }.joined(separator: "; ")]).status == 0
        else {
            throw XCTSkip(
                "Python's \(modules.joined(separator: ", ")) is not there: run Scripts/bootstrap and Scripts/oracles")
        }
    }

    /// Runs a script to its end.
    func run(_ script: String, _ arguments: [String]) throws -> (status: Int32, output: String, errors: String) {
        try launch(["\(root)/Tests/Golden/\(script)"] + arguments)
    }

    private func launch(_ arguments: [String]) throws -> (status: Int32, output: String, errors: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: interpreter)
        process.arguments = arguments
        process.environment = ["PYTHONPATH": "\(root)/.deps/oracles", "PATH": "/usr/bin:/bin", "OMP_NUM_THREADS": "1"]
        return try process.ending()
    }
}
