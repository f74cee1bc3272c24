import Foundation
import XCTest

/// `Scripts/paper`, which makes the numbers of Documentation/Experiments.md, at toy size.
final class PaperTests: CommandLineTestCase {
    private func paper(quick: Bool, _ arguments: String...) throws -> Outcome {
        try python("Scripts/paper", arguments, changes: ["QUICK": quick ? "1" : nil, "IMAGENETTE": nil])
    }

    func testEveryTableIsMadeAndNoRunIsTrainedTwice() throws {
        let first = try paper(quick: true)
        XCTAssertEqual(first.status, 0, first.errors)
        let output = "\(folder)/runs/paper-quick"
        let evidence = try String(contentsOfFile: "\(output)/evidence.md", encoding: .utf8)

        // Each claim's cells are there, and the rule was applied to them.
        let sections = evidence.components(separatedBy: "\n## ")
        XCTAssertEqual(sections.count, 6, evidence)
        let verdict = /(?m)^(supported|refuted here|undecided):/
        for (section, rows) in zip(sections[1...3], [5, 5, 3]) {
            XCTAssertEqual(section.matches(of: /(?m)^\| [^|]+ \| 2 \|/).count, rows, section)
            XCTAssertEqual(section.matches(of: verdict).count, 1, section)
        }
        XCTAssertTrue(sections[1].contains("when moved by up to 8 pixels"), sections[1])
        XCTAssertTrue(sections[4].contains("| epoch | entropy, `"), sections[4])
        // The start, and the one epoch.
        XCTAssertEqual(sections[4].matches(of: /(?m)^\| [01] \| [0-9.]+ \|/).count, 2, sections[4])
        XCTAssertTrue(sections[5].contains("self-attentive, seed 1") || sections[5].contains("Left out"), sections[5])

        let files = FileManager.default.enumerator(atPath: output)?.compactMap { $0 as? String } ?? []
        let weights = files.filter { $0.hasSuffix("/model.safetensors") }
        // Of the sigmoid's cells, the layer as published is one of the first recipe's.
        XCTAssertEqual(weights.count, (5 + 2 + 2 + 5) * 2, "\(weights)")
        func written() throws -> [Date?] {
            try weights.map {
                try FileManager.default.attributesOfItem(atPath: "\(output)/\($0)")[.modificationDate] as? Date
            }
        }
        let before = try written()
        let second = try paper(quick: true)
        XCTAssertEqual(second.status, 0, second.errors)
        XCTAssertEqual(try written(), before)
        XCTAssertEqual(try String(contentsOfFile: "\(output)/evidence.md", encoding: .utf8), evidence)
    }

    func testDataThatIsMissingIsASentence() throws {
        let outcome = try paper(quick: false, "--data", "nowhere")
        XCTAssertEqual(outcome.status, 1)
        XCTAssertEqual(
            outcome.errors, "paper: nowhere has no train and val: name Imagenette's folder by --data or IMAGENETTE\n")
        XCTAssertFalse(FileManager.default.fileExists(atPath: "\(folder)/runs"))
    }
}
