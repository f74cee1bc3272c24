import Foundation
import XCTest

/// Commands that the documentation shows: their verbs and options exist. (`Scripts/check-page` runs those of
/// Documentation/Firmware.md.)
final class PageCommandTests: CommandLineTestCase {
    private struct ShownCommand {
        let place: String
        let verb: String
        let options: [String]
    }

    func testVerbsAndOptionsOfThePagesExist() throws {
        let commands = try Self.pages().flatMap(Self.commands)
        XCTAssertGreaterThan(commands.count, 80)
        XCTAssertTrue(commands.contains { $0.place.hasPrefix("Firmware.md:") && $0.verb == "export" })
        let known = try verbs()
        for command in commands {
            guard let options = known[command.verb] else {
                XCTFail("\(command.place): there is no verb \(command.verb)")
                continue
            }
            for option in command.options where !options.contains(option) {
                XCTFail("\(command.place): sapool \(command.verb) has no option \(option)")
            }
        }
    }

    /// Every verb's long options, as the parser itself tells them to tools.
    private func verbs() throws -> [String: Set<String>] {
        struct Help: Decodable {
            struct Command: Decodable {
                let commandName: String
                let arguments: [Argument]?
                let subcommands: [Command]?
            }
            struct Argument: Decodable { let names: [Name]? }
            struct Name: Decodable {
                let kind: String
                let name: String
            }
            let command: Command
        }
        let outcome = try sapool("--experimental-dump-help")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        let help = try JSONDecoder().decode(Help.self, from: Data(outcome.output.utf8))
        let verbs = try XCTUnwrap(help.command.subcommands)
        return Dictionary(
            uniqueKeysWithValues: verbs.map { verb in
                let names = (verb.arguments ?? []).flatMap { $0.names ?? [] }
                return (verb.commandName, Set(names.filter { $0.kind == "long" }.map { "--\($0.name)" }))
            })
    }

    private static func pages() throws -> [URL] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folder = root.appendingPathComponent("Documentation")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".md") }
        return [root.appendingPathComponent("README.md")] + names.sorted().map(folder.appendingPathComponent)
    }

    /// Lines of code that begin with `sapool` and a verb, those that a backslash continues as one.
    private static func commands(of page: URL) throws -> [ShownCommand] {
        var commands: [ShownCommand] = []
        var (isInside, continued) = (false, "")
        for (index, whole) in try String(contentsOf: page, encoding: .utf8).split(
            separator: "\n", omittingEmptySubsequences: false
        ).enumerated() {
            if whole.hasPrefix("```") { isInside.toggle() }
            guard isInside || whole.hasPrefix("    ") || !continued.isEmpty else { continue }
            let line = continued + whole.trimmingCharacters(in: .whitespaces)
            if line.hasSuffix("\\") {
                continued = line.dropLast() + " "
                continue
            }
            continued = ""
            // Whatever stands in front of the program, `$` or a launcher, is not looked at.
            guard let start = line.firstMatch(of: /(?:^|[\s\/])sapool (?<verb>[a-z][a-z-]*)(?= |$)/) else { continue }
            let rest = line[start.range.upperBound...].prefix { !"#|;&>`".contains($0) }
            commands.append(
                ShownCommand(
                    place: "\(page.lastPathComponent):\(index + 1)", verb: String(start.output.verb),
                    options: options(in: String(rest))))
        }
        return commands.filter { $0.verb != "help" }
    }

    private static func options(in text: String) -> [String] {
        text.matches(of: /(?:^|[\s\[\/(])(?<option>--[a-z][a-z0-9-]*)/).map { String($0.output.option) }
    }
}
