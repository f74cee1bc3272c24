import Foundation

/// A program of this machine.
struct Tool {
    let path: String

    /// Finds a program on the PATH.
    ///
    /// - Parameters:
    ///   - beside: programs in whose real folder it may lie as well.
    ///   - isNeighbour: whether one of that folder is taken before one of the PATH.
    init?(_ name: String, beside: [String] = [], isNeighbour: Bool = false) {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        let neighbours = beside.compactMap { Tool($0) }.map {
            URL(fileURLWithPath: $0.path).resolvingSymlinksInPath().deletingLastPathComponent().path
        }
        let found = (isNeighbour ? neighbours + folders : folders + neighbours).map { "\($0)/\(name)" }.first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
        guard let found else { return nil }
        path = found
    }

    /// What a run left.
    struct Result {
        let status: Int32
        let output: String
        /// What went to standard error.
        let messages: String
    }

    /// Runs it and waits.
    ///
    /// - Parameters:
    ///   - folder: where it runs; files for its outputs are made there.
    ///   - seconds: after which it is ended; its status is then −1.
    ///   - mostBytes: of output, beyond which the same becomes of it.
    func run(
        _ arguments: [String], in folder: String, seconds: Double = 3600, mostBytes: UInt64 = .max
    ) throws -> Result {
        // Files and not pipes: nobody has to read along, whatever the amount.
        let (out, err) = ("\(folder)/.output", "\(folder)/.messages")
        defer { for path in [out, err] { try? FileManager.default.removeItem(atPath: path) } }
        for path in [out, err] where !FileManager.default.createFile(atPath: path, contents: nil) {
            throw DeploymentError("cannot write to \(folder)")
        }
        guard let output = FileHandle(forWritingAtPath: out), let messages = FileHandle(forWritingAtPath: err) else {
            throw DeploymentError("cannot write to \(folder)")
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = messages
        do { try process.run() } catch { throw DeploymentError("cannot run \(path): \(error.localizedDescription)") }
        let deadline = Date().addingTimeInterval(seconds)
        func isTooLong() -> Bool { mostBytes < .max && ((try? output.offset()) ?? 0) > mostBytes }
        while process.isRunning, Date() < deadline, !isTooLong() { usleep(5000) }
        let isLate = process.isRunning
        if isLate { process.terminate() }
        process.waitUntilExit()
        func text(_ path: String) -> String {
            String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
        }
        return Result(status: isLate ? -1 : process.terminationStatus, output: text(out), messages: text(err))
    }
}
