import XCTest

/// What `--help` prints on a terminal of 80 columns.
final class HelpTests: CommandLineTestCase {
    private func verbs() throws -> [String] {
        let help = try sapool("--help").output
        let list = try XCTUnwrap(help.range(of: "SUBCOMMANDS:"))
        return help[list.upperBound...].split(separator: "\n").filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }
            .compactMap { $0.split(separator: " ").first.map(String.init) }
    }

    func testNoLineIsWiderThanATerminal() throws {
        let verbs = try verbs()
        XCTAssertGreaterThan(verbs.count, 10)
        for verb in verbs {
            for line in try sapool(verb, "--help").output.split(separator: "\n") {
                XCTAssertLessThanOrEqual(line.count, 80, "\(verb): \(line)")
            }
        }
    }

    /// An example that is too long is cut where a shell goes on, and not by the terminal: what is behind it is blank, another
    /// indented line, or, behind a `\`, the rest.
    func testExamplesCanBePasted() throws {
        for verb in try verbs() {
            let help = try sapool(verb, "--help").output
            let lines = help[..<(help.range(of: "USAGE:")?.lowerBound ?? help.endIndex)]
                .split(separator: "\n", omittingEmptySubsequences: false)
            for (line, next) in zip(lines, lines.dropFirst()) where line.hasPrefix("  ") {
                XCTAssertTrue(next.isEmpty || next.hasPrefix("  "), "\(verb): \(line)\n\(next)")
                if line.hasSuffix("\\") { XCTAssertTrue(next.hasPrefix("    "), "\(verb): \(line)\n\(next)") }
            }
        }
    }
}
