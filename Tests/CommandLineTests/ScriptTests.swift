import Foundation
import XCTest

/// Every shell script of the project, as a text.
final class ScriptTests: XCTestCase {
    private struct Script {
        let path: String
        let text: String
    }

    private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// All files of these folders that name a shell in their first line.
    private func scripts() throws -> [Script] {
        let folders = [".ci", "Benchmarks", "Firmware", "Scripts"]
        let found = folders.flatMap { folder -> [Script] in
            let names = FileManager.default.enumerator(atPath: "\(root)/\(folder)")?.compactMap { $0 as? String } ?? []
            return names.filter { !$0.split(separator: "/").contains(".build") }.compactMap { name in
                guard let text = try? String(contentsOfFile: "\(root)/\(folder)/\(name)", encoding: .utf8),
                    text.prefix(while: { $0 != "\n" }).contains(/^#!.*\b(ba)?sh\b/)
                else { return nil }
                return Script(path: "\(root)/\(folder)/\(name)", text: text)
            }
        }
        XCTAssertGreaterThan(found.count, 15)
        return found
    }

    func testScriptsParse() throws {
        for script in try scripts() {
            let bash = Process()
            bash.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            bash.arguments = ["bash", "-n", script.path]
            try bash.run()
            bash.waitUntilExit()
            XCTAssertEqual(bash.terminationStatus, 0, script.path)
        }
    }

    /// `grep -q` leaves at its first match. What still writes to it is then ended by SIGPIPE, and where a script says
    /// `pipefail` that is the pipe's status: what was found counts as not found, now and then.
    func testNoPipeThatIsCutShortDecidesUnderPipefail() throws {
        let cut = /\|\s*(LC_ALL=\w+\s+)?[ef]?grep\s+(-\w+\s+)*-\w*q/
        XCTAssertTrue("a | grep -q b || fail".contains(cut))
        XCTAssertTrue("a | grep -E -iq b".contains(cut))
        XCTAssertFalse("grep -q b file || a | grep b > /dev/null".contains(cut))
        for script in try scripts() where script.text.contains("pipefail") {
            for (index, line) in script.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
            where line.contains("grep") {
                XCTAssertFalse(line.contains(cut), "\(script.path):\(index + 1): use grep … > /dev/null")
            }
        }
    }

    /// Packages come as several words or as one text, and all of them are installed: one alone would leave out, unnoticed, what the others
    /// are for.
    func testSetUpInstallsAllThatItNames() throws {
        let bash = Process()
        bash.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        bash.arguments = [
            "bash", "-c",
            """
            . "$1"
            deps=$(mktemp -d) && trap 'rm -r "$deps"' EXIT
            apt-cache() { [ "$2" != unknown ]; }
            apt-get() { echo "$*" >> "$deps/calls"; }
            apt_install one two "three four"
            apt_install unknown five
            cat "$deps/calls"
            """, "bash", "\(root)/Scripts/setup/system-libraries.sh",
        ]
        let output = Pipe()
        bash.standardOutput = output
        try bash.run()
        let calls = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        bash.waitUntilExit()
        XCTAssertEqual(bash.terminationStatus, 0)
        let install = "install -y --no-install-recommends"
        XCTAssertEqual(
            calls.split(separator: "\n"), ["\(install) one two three four", "update", "\(install) unknown five"])
    }
}
