import Foundation
import XCTest

/// `Scripts/lint-operations` on a file of its own: which lines it names, and which it leaves.
final class LintOperationsTests: XCTestCase {
    func testSwitchesThatTakeAnyCaseAreFoundAndOthersAreNot() throws {
        let found = try lint(
            """
            func listed(_ node: Node) -> Int {
                switch node.step { case .add: 1; case .pool(let size): size; case .flatten: 3 }
            }
            func listedBehindACondition(_ node: Node) -> Int {
                switch node.step { case let step where step == .add: 1; case .add, .pool: 2; case .flatten: 3 }
            }
            func anotherEnum(_ node: Node) -> Int {
                switch node.other { case .one: 1; default: 2 }
            }
            func byDefault(_ node: Node) -> Int {
                switch node.step {
                case .add: 1
                default: 2  // default
                }
            }
            func byAnotherName(_ step: Same?) -> Int {
                switch step {
                case .add?: 1
                case .some(let other): other == .flatten ? 1 : 2  // takes all
                case nil: 3
                }
            }
            func ofATuple(_ node: Node) -> Int {
                switch (node.step, node.other) {
                case (.add, .one): 1
                case (_, _): 2  // takes all
                }
            }
            func insideAnotherEnum(_ part: Part) -> Int {
                switch part {
                case .step(.add): 1
                case .image: 2
                case .step: 3  // takes all
                }
            }
            """)
        XCTAssertEqual(found.lines, found.expected)
    }

    func testChainsOfTestsAreFoundWhereTheyTellOneValueApart() throws {
        let found = try lint(
            """
            func once(_ nodes: [Node]) -> Bool {
                nodes.contains { if case .pool = $0.step { true } else { false } } || nodes.contains { $0.step == .add }
            }
            func chain(_ node: Node) -> Int {
                if case .add = node.step {  // chain
                    return 1
                } else if case .pool(let size) = node.step {
                    return size
                }
                return 2
            }
            func guards(_ nodes: [Node]) -> Int {
                for node in nodes {
                    guard case .add = node.step else { continue }  // chain
                    for _ in nodes {
                        if node.step == .flatten { return 1 }
                    }
                }
                for node in nodes {
                    guard case .flatten = node.step else { continue }
                }
                return 2
            }
            func contained(_ node: Node) -> Bool { [.add, .flatten].contains(node.step) }  // chain
            """)
        XCTAssertEqual(found.lines, found.expected)
    }

    func testLaddersOfCastsAreFoundAndOneCastIsNot() throws {
        let found = try lint(
            """
            func once(_ details: any Details) -> Bool { details is Add }
            func ladder(_ details: any Details) -> Int {
                if details is Add { return 1 }  // ladder
                if details as? Pool != nil { return 2 }
                return 3
            }
            func casts(_ node: Node) -> Int {
                switch node.details {  // casts
                case is Add: 1
                default: 2
                }
            }
            """)
        XCTAssertEqual(found.lines, found.expected)
    }

    func testAnEnumThatIsNotThereIsToldRatherThanPassed() throws {
        let result = try run("", enumeration: "Trial.Stage")
        XCTAssertEqual(result.status, 1)
        XCTAssertEqual(
            result.errors,
            "Scripts/lint-operations: there is no enum Trial.Stage: name in ENUMERATIONS what took its place\n")
    }

    private static let declarations = """
        protocol Details {}
        struct Add: Details {}
        struct Pool: Details {}
        enum Step: Equatable { case add, pool(Int), flatten }
        typealias Same = Step
        enum Other { case one, two, three }
        enum Part { case step(Step), image }
        struct Node { var step: Step; var other: Other; var details: any Details }

        """

    /// The lines that are named with the word that tells why, and those that a comment in the source expects.
    private func lint(_ source: String) throws -> (lines: [String], expected: [String]) {
        let result = try run(source)
        XCTAssertEqual(result.status, 1, result.errors)
        XCTAssertEqual(result.errors, "")
        let lines = result.output.split(separator: "\n").map { line in
            let parts = line.split(separator: ":", maxSplits: 2)
            let reason = ["default", "takes all", "chain", "ladder", "casts"].first { parts[2].contains($0) }
            return "\(parts[1]): \(reason ?? String(line))"
        }
        let expected = (Self.declarations + source).split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
            .compactMap { index, line in line.range(of: "// ").map { "\(index + 1): \(line[$0.upperBound...])" } }
        return (lines, expected)
    }

    private func run(
        _ source: String, enumeration: String = "Trial.Step"
    ) throws -> (status: Int32, output: String, errors: String) {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sapool-lint-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("trial.swift")
        try Data((Self.declarations + source).utf8).write(to: file)

        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "python3", "\(root)/Scripts/lint-operations", "--enum", enumeration, "--protocol", "Trial.Details",
            file.path,
        ]
        return try process.ending()
    }
}
