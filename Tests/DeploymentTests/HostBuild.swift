import Deployment
import Foundation
import XCTest

/// A device package of several networks with one program more, built for this machine: what C sees of each network is
/// compiled and run, without an emulator.
///
/// All checks of all networks are functions of that program: a program for each would be linked with Swift's libraries
/// and the sanitizer's each time.
struct HostBuild {
    /// What is done with a network.
    enum Check: String, CaseIterable {
        /// Calls in order and out of order, and their answers.
        case interface
        /// An image for each of the file's, and a line for each.
        case simulate
        /// Calls in any order with anything.
        case calls
        /// Weights that were changed.
        case weights

        /// A program for a network called sapool, in this repository.
        fileprivate var source: String {
            switch self {
            case .interface: "Firmware/Sources/CheckInterface/main.c"
            case .simulate: "Firmware/Sources/Simulate/main.c"
            case .calls: "Fuzz/Interface/calls.c"
            case .weights: "Firmware/Sources/CheckWeights/main.c"
            }
        }

        fileprivate func function(_ network: String) -> String { "\(rawValue)_\(network)" }
    }

    private let folder: String
    private static let program = "Checks"
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// Writes the package, and builds the program of checks with the address sanitizer.
    init(_ exports: [FirmwareExport], names: [String], in folder: String) throws {
        self.folder = folder
        _ = try FirmwarePackage.write(exports, to: folder)
        var functions: [String] = []
        var modules = ["\"Board\""]
        for name in names {
            let module = name.prefix(1).uppercased() + name.dropFirst()
            modules += ["\"\(module)\"", "\"\(module)Data\""]
            for check in Check.allCases {
                functions.append(check.function(name))
                try write(
                    "Sources/\(Self.program)/\(check.function(name)).c",
                    Self.code(check, of: name, as: check.function(name)))
            }
            // Weights that a check can change.
            for file in ["weights.c", "include/\(name).h"] {
                let path = "Sources/\(module)Data/\(file)"
                let code = try Self.text("\(folder)/\(path)")
                try write(
                    path,
                    code.replacing("const uint8_t \(name)_weights[", with: "uint8_t \(name)_weights["))
            }
        }
        try write("Sources/\(Self.program)/main.c", Self.main(functions))
        let target =
            "        .executableTarget(name: \"\(Self.program)\", dependencies: [\(modules.joined(separator: ", "))]),\n"
        let manifest = try Self.text("\(folder)/Package.swift")
        try write("Package.swift", manifest.replacing("\n    ]\n)\n", with: "\n\(target)    ]\n)\n"))
        let built = try run(
            "/usr/bin/env",
            ["swift", "build", "-c", "release", "--sanitize", "address", "--product", Self.program])
        guard built.status == 0 else { throw Failure(text: String(built.output.suffix(4000))) }
    }

    /// A check's program as a function, with the network's prefix.
    private static func code(_ check: Check, of network: String, as function: String) throws -> String {
        let main = "int main(void) {"
        let parts = try text("\(root)/\(check.source)").split(separator: main, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw Failure(text: "\(check.source) has no single \(main)") }
        let code = parts.joined(separator: "int \(function)(void);\nint \(function)(void) {")
            // libFuzzer's function is one of the program's own here.
            .replacing("int LLVMFuzzerTestOneInput(", with: "static int LLVMFuzzerTestOneInput(")
        return "#define SEQUENCES 40\n"
            + code.replacing("sapool", with: network).replacing("SAPOOL", with: network.uppercased())
    }

    /// Runs the function that its first argument names.
    private static func main(_ functions: [String]) -> String {
        let declarations = functions.map { "int \($0)(void);\n" }.joined()
        let calls = functions.map { "    if (!strcmp(arguments[1], \"\($0)\")) return \($0)();\n" }.joined()
        return """
            #include <string.h>

            \(declarations)
            int main(int count, char **arguments) {
                if (count != 2) return 64;
            \(calls)    return 64;
            }

            """
    }

    struct Failure: Error {
        let text: String
    }

    /// What a check prints of a network, errors included.
    func output(of check: Check, _ network: String, input: [UInt8] = []) throws -> (status: Int32, output: String) {
        try Data(input).write(to: URL(fileURLWithPath: "\(folder)/images.bin"))
        return try run("\(folder)/.build/release/\(Self.program)", [check.function(network)])
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
