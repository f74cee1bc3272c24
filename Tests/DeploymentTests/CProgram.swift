import Deployment
import Foundation
import XCTest

/// C that an export has written, with a program of `Firmware/LibraryCheck` instead of the network, built for this machine with sanitizers.
struct CProgram {
    private let folder: String

    /// - Parameters:
    ///   - file: of the network's C module: `camera.c`.
    ///   - program: of `Firmware/LibraryCheck`: `camera_host.c`.
    init(_ export: FirmwareExport, file: String, program: String, in folder: String) throws {
        self.folder = folder
        _ = try FirmwarePackage.write(export, to: folder)
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
        let data = "\(folder)/Sources/SapoolData"
        let (status, output) = try run(
            "/usr/bin/env",
            [
                "clang", "-std=c11", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-fsanitize=address,undefined",
                "-fno-sanitize-recover=all", "-I\(data)/include", "-I\(data)",
                "\(root)/Firmware/LibraryCheck/\(program)", "\(data)/\(file)", "-o", "\(folder)/program",
            ], input: [])
        guard status == 0 else { throw HostBuild.Failure(text: String(decoding: output, as: UTF8.self)) }
    }

    /// What the program prints on an input.
    func run(_ arguments: String..., input: [UInt8]) throws -> (status: Int32, output: [UInt8]) {
        try run("\(folder)/program", arguments, input: input)
    }

    private func run(
        _ program: String, _ arguments: [String], input: [UInt8]
    ) throws -> (status: Int32, output: [UInt8]) {
        let (source, target) = ("\(folder)/.input", "\(folder)/.output")
        try Data(input).write(to: URL(fileURLWithPath: source))
        _ = FileManager.default.createFile(atPath: target, contents: nil)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardInput = FileHandle(forReadingAtPath: source)
        process.standardOutput = FileHandle(forWritingAtPath: target)
        process.standardError = process.standardOutput
        try process.run()
        process.waitUntilExit()
        return (process.terminationStatus, [UInt8](FileManager.default.contents(atPath: target) ?? Data()))
    }
}
