import Foundation
import XCTest

/// The launcher of `Scripts/portable`: which PyTorch it takes, and what it says where there is none.
final class PortableLauncherTests: CommandLineTestCase {
    override func setUpWithError() throws {
        try super.setUpWithError()
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Scripts/setup/portable-sapool.sh")
        try write(String(contentsOf: source, encoding: .utf8).replacing("@VERSION@", with: "2.11"), "portable/sapool")
        // Stands for the program: says what it was given.
        try write("#!/bin/sh\necho \"$LD_LIBRARY_PATH | $*\"\n", "portable/bin/sapool-torch")
        for (name, version) in [("right", "2.11.0+cu130"), ("other", "2.13.0+cpu"), ("third", "2.110.0")] {
            try write("", "\(name)/torch/lib/libtorch_cpu.so")
            try write("debug = False\n__version__ = '\(version)'\n", "\(name)/torch/version.py")
        }
    }

    private func write(_ text: String, _ name: String) throws {
        let url = URL(fileURLWithPath: "\(folder)/\(name)")
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: url, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: url.path)
    }

    private func launch(_ arguments: [String], _ environment: [String: String] = [:]) throws -> Outcome {
        let process = command(arguments)
        process.executableURL = URL(fileURLWithPath: "\(folder)/portable/sapool")
        // A PATH without Python, whose PyTorch would be taken.
        try write("", "tools/none")
        for tool in ["sh", "dirname", "readlink", "sed"] {
            let link = "\(folder)/tools/\(tool)"
            let target = ["/usr/bin", "/bin"].map { "\($0)/\(tool)" }.first(where: FileManager.default.fileExists)
            guard !FileManager.default.fileExists(atPath: link), let target else { continue }
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
        }
        process.environment = environment.merging(["PATH": "\(folder)/tools"]) { first, _ in first }
        return try outcome(of: process)
    }

    func testThreeWaysToNameThePyTorch() throws {
        #if os(macOS)
            throw XCTSkip("portable folders are for Linux")
        #endif
        let torch = "\(folder)/right/torch"
        let begin = "\(torch)/lib:\(URL(fileURLWithPath: folder).resolvingSymlinksInPath().path)/portable/lib"
        for outcome in try [
            launch(["--torch", torch, "plan", "a b"]), launch(["--torch", "\(torch)/lib", "plan", "a b"]),
            launch(["plan", "a b"], ["SAPOOL_TORCH": torch]),
        ] {
            XCTAssertEqual(outcome.status, 0, outcome.errors)
            XCTAssertEqual(outcome.output, "\(begin) | plan a b\n")
        }
        let found = try launch(["plan"], ["LD_LIBRARY_PATH": "/nowhere:\(torch)/lib"])
        XCTAssertEqual(found.output, "\(begin):/nowhere:\(torch)/lib | plan\n", found.errors)
    }

    func testWhatItSaysWhereThereIsNone() throws {
        #if os(macOS)
            throw XCTSkip("portable folders are for Linux")
        #endif
        func complaint(_ arguments: [String]) throws -> String {
            let outcome = try launch(arguments)
            XCTAssertEqual(outcome.status, 1)
            return outcome.errors
        }
        XCTAssertEqual(
            try complaint(["--torch", "\(folder)/other/torch", "plan"]),
            "Error: \(folder)/other/torch is PyTorch 2.13.0+cpu, and this sapool was built for 2.11: name another with --torch\n"
        )
        XCTAssertTrue(try complaint(["--torch", "\(folder)/third/torch", "plan"]).contains("is PyTorch 2.110.0"))
        XCTAssertEqual(
            try complaint(["--torch", folder, "plan"]),
            "Error: \(folder) holds no libtorch: give PyTorch's folder, such as .../site-packages/torch\n")
        XCTAssertEqual(
            try complaint(["plan"]),
            "Error: there is no PyTorch 2.11 here: name its folder with --torch, or install it (pip install torch==2.11.0)\n"
        )
    }
}
