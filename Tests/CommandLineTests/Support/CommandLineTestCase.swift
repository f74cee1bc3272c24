import Datasets
import Foundation
import XCTest

/// Runs the built `sapool` as a user does, in a folder of its own.
class CommandLineTestCase: XCTestCase {
    /// A folder that is gone after the test.
    private(set) var folder = ""

    override func setUpWithError() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("sapool-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        folder = url.path
    }

    override func tearDownWithError() throws { try FileManager.default.removeItem(atPath: folder) }

    struct Outcome {
        let status: Int32
        let output: String
        let errors: String
    }

    /// The program beside the test bundle.
    static var program: String {
        #if os(macOS)
            let products = Bundle(for: CommandLineTestCase.self).bundleURL.deletingLastPathComponent()
        #else
            let products = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        #endif
        return products.appendingPathComponent("sapool").path
    }

    /// A command that is ready to run.
    func command(_ arguments: [String]) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        // Nothing but the system's own paths: the program has to run without any variable set.
        process.environment = ["PATH": "/usr/bin:/bin"]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        return process
    }

    /// Starts a command, and kills it as soon as it has written a file: it has no time to tidy up.
    ///
    /// - Returns: the process, which may have come to its end before.
    @discardableResult
    func run(_ arguments: [String], killedOnceThereIs file: String) throws -> Process {
        let process = command(arguments)
        try process.run()
        while process.isRunning, !exists(file) { usleep(1000) }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        return process
    }

    /// Runs a command to its end.
    func sapool(_ arguments: String...) throws -> Outcome { try sapool(arguments) }

    /// Runs a command to its end.
    ///
    /// - Parameters:
    ///   - input: the path of what it reads on standard input.
    ///   - path: the PATH, where the system's own is too little: compiling takes Swift's toolchain.
    func sapool(_ arguments: [String], input: String? = nil, path: String? = nil) throws -> Outcome {
        let process = command(arguments)
        if let path { process.environment = ["PATH": path] }
        if let input { process.standardInput = FileHandle(forReadingAtPath: input) }
        return try outcome(of: process)
    }

    /// Runs one of the project's Python scripts to its end, with this program.
    ///
    /// - Parameters:
    ///   - script: its path in the project.
    ///   - changes: variables that are set, or with nil taken away.
    func python(_ script: String, _ arguments: [String], changes: [String: String?] = [:]) throws -> Outcome {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().path
        let process = command(["python3", "\(root)/\(script)"] + arguments)
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        var environment = ProcessInfo.processInfo.environment
        environment["SAPOOL"] = Self.program
        for (name, value) in changes { environment[name] = value }
        process.environment = environment
        return try outcome(of: process)
    }

    /// Runs a process to its end.
    func outcome(of process: Process) throws -> Outcome {
        // Files, not pipes: nothing can block, and both can be read after the end.
        let paths = ["stdout", "stderr"].map { "\(folder)/.\($0)-\(UUID().uuidString)" }
        for path in paths { _ = FileManager.default.createFile(atPath: path, contents: nil) }
        process.standardOutput = FileHandle(forWritingAtPath: paths[0])
        process.standardError = FileHandle(forWritingAtPath: paths[1])
        // `waitUntilExit` looks every 50 milliseconds, which is too seldom to time a program.
        let isOver = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in isOver.signal() }
        try process.run()
        isOver.wait()
        let texts = try paths.map { try String(contentsOfFile: $0, encoding: .utf8) }
        for path in paths { try FileManager.default.removeItem(atPath: path) }
        return Outcome(status: process.terminationStatus, output: texts[0], errors: texts[1])
    }

    /// The sentence with which a command fails.
    func message(_ outcome: Outcome) -> String {
        String(outcome.errors.split(separator: "\n").first { $0.hasPrefix("Error: ") } ?? "")
    }

    /// Writes an image folder `photos` with two classes that are easy to tell apart: bright on the left, bright on the right.
    func makePhotos(train: Int = 24, test: Int = 8, side: Int = 16) throws {
        var generator = SampleGenerator(seed: 1, epoch: 0, index: 0)
        for (split, count) in [("train", train), ("test", test)] {
            for (label, name) in ["left", "right"].enumerated() {
                let path = "\(folder)/photos/\(split)/\(name)"
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
                for number in 0..<count {
                    let pixels = (0..<side * side * 3).map { index -> UInt8 in
                        let isRight = (index / 3) % side >= side / 2
                        return UInt8((isRight == (label == 1) ? 150 : 40) + Int(generator.next() % 60))
                    }
                    let image = try Image(width: side, height: side, channels: 3, pixels: pixels)
                    try image.write(toPNG: "\(path)/\(number).png")
                }
            }
        }
    }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(folder)/\(name)") }

    func json(_ text: String) throws -> [String: Any] {
        try XCTUnwrap(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], text)
    }
}
