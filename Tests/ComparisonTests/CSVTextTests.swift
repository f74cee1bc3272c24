import Comparison
import SwiftCSV
import XCTest

/// Tables that a spreadsheet opens without running anything, and that say the same when they are read again.
final class CSVTextTests: XCTestCase {
    private let texts = [
        "=1+1", "=HYPERLINK(\"http://x\",\"y\")", "+cmd|' /C calc'!A0", "-1+2", "@SUM(A1)", "'=x", "''", "'plain",
        "\t=1",
        "＝1", "-", "plain", "a,b", "say \"so\"", "two\nlines", "-5e", "-0x1p3",
    ]

    func testNoCellIsAFormula() throws {
        for text in texts {
            let line = CSVText.table([[text]])
            let cell = line.hasPrefix("\"") ? line.dropFirst() : line[...]
            XCTAssertFalse("=+-@\t＝".contains(cell.first ?? " "), line)
        }
    }

    func testReadingGivesTheSameText() throws {
        let table = CSVText.table([["name", "second"]] + texts.map { [$0, "z"] })
        let rows = try NamedCSV(string: table, delimiter: .comma, loadColumns: false).rows
        XCTAssertEqual(rows.map { $0["name"].map(CSVText.text) }, texts)
    }

    func testNumbersStayNumbers() {
        for text in ["-0.25", "+3", "-1e-05", "-2.", "17", "0.5", "-inf", "nan", ""] {
            XCTAssertEqual(CSVText.table([[text]]), text + "\n")
        }
    }
}
