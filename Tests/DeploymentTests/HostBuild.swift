import Deployment
import Foundation
import XCTest

/// A device package with programs of its own, built for this machine: what C sees of a network is compiled and run, without an emulator.
struct HostBuild {
    private let folder: String
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// Writes a package of several networks, each with the programs `CheckInterface` and `CheckWeights` of `Firmware/Sources` and `calls.c` of
    /// `Fuzz/Interface` as `CheckCalls`, and builds all with the address sanitizer.
    init(_ exports: [FirmwareExport], names: [String], in folder: String) throws {
        self.folder = folder
        _ = try FirmwarePackage.write(exports, to: folder)
        var targets = ""
        for name in names {
            let module = name.prefix(1).uppercased() + name.dropFirst()
            for (program, file) in [
                ("CheckInterface", "Firmware/Sources/CheckInterface/main.c"),
                ("CheckWeights", "Firmware/Sources/CheckWeights/main.c"), ("CheckCalls", "Fuzz/Interface/calls.c"),
            ] {
                let code = try Self.text("\(Self.root)/\(file)")
                try write(
                    "Sources/\(program)\(module)/main.c",
                    "#define SEQUENCES 40\n"
                        + code.replacing("sapool", with: name).replacing("SAPOOL", with: name.uppercased()))
                targets += """
                            .executableTarget(name: "\(program)\(module)", dependencies: ["Board", "\(module)", "\(module)Data"]),

                    """
            }
            // Weights that `CheckWeights` can change.
            for file in ["weights.c", "include/\(name).h"] {
                let path = "Sources/\(module)Data/\(file)"
                let code = try Self.text("\(folder)/\(path)")
                try write(
                    path,
                    code.replacing("const uint8_t \(name)_weights[", with: "uint8_t \(name)_weights["))
            }
        }
        let manifest = try Self.text("\(folder)/Package.swift")
        try write("Package.swift", manifest.replacing("\n    ]\n)\n", with: "\n\(targets)    ]\n)\n"))
        let built = try run("/usr/bin/env", ["swift", "build", "-c", "release", "--sanitize", "address"])
        guard built.status == 0 else { throw Failure(text: String(built.output.suffix(4000))) }
    }

    struct Failure: Error {
        let text: String
    }

    /// What a program prints, errors included.
    func output(of program: String, input: [UInt8] = []) throws -> (status: Int32, output: String) {
        try Data(input).write(to: URL(fileURLWithPath: "\(folder)/images.bin"))
        return try run("\(folder)/.build/release/\(program)", [])
    }

    private static func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    private func write(_ name: String, _ text: String) throws {
        let path = "\(folder)/\(name)"
        try FileManager.default.createDirectory(
            atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }

    private func run(_ program: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        let path = "\(folder)/.output"
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle(forWritingAtPath: path)
        process.standardError = process.standardOutput
        try process.run()
        process.waitUntilExit()
        return (
            process.terminationStatus,
            String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
        )
    }
}
