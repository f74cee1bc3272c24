import CommandLineSupport
import Foundation
import Reporting
import XCTest

/// What a terminal is shown, whatever the words are.
final class TerminalTests: XCTestCase {
    func testLettersThatSteerATerminalAreWrittenOut() {
        for (text, lines, name) in [
            ("photo.jpg", "photo.jpg", "photo.jpg"),
            ("\u{1B}[2Jred\u{7}", "\\u{1B}[2Jred\\u{7}", "\\u{1B}[2Jred\\u{7}"),
            ("a\nb\tc", "a\nb\tc", "a\\u{A}b\\u{9}c"),
            ("a\r\nb", "a\\u{D}\nb", "a\\u{D}\\u{A}b"),
            ("C1 \u{9B}31m", "C1 \\u{9B}31m", "C1 \\u{9B}31m"),
            ("gpj.\u{202E}exe", "gpj.\\u{202E}exe", "gpj.\\u{202E}exe"),
            ("line\u{2028}break \u{7F}", "line\\u{2028}break \\u{7F}", "line\\u{2028}break \\u{7F}"),
            ("Äpfel 林檎 👩‍🌾 café", "Äpfel 林檎 👩‍🌾 café", "Äpfel 林檎 👩‍🌾 café"),
        ] {
            XCTAssertEqual(text.printable, lines)
            XCTAssertEqual(text.printableName, name)
        }
    }

    func testJSONKeepsItsValues() throws {
        let values = ["\u{1B}[31m \u{7F} \u{9B} \u{202E} \u{E0041}", "plain \"quoted\" Ä"]
        let text = printableJSON(String(decoding: try JSONEncoder().encode(values), as: UTF8.self))
        XCTAssertFalse(text.unicodeScalars.contains { $0.steersTerminal }, text)
        XCTAssertEqual(try JSONDecoder().decode([String].self, from: Data(text.utf8)), values)
    }

    func testProgressFitsTheTerminal() {
        let text = "epoch 1/30  step 12/345  loss 1.2345  accuracy 12.34 %  123 images/s  2 min 3 s left"
        XCTAssertEqual(
            ProgressLine.line("half", share: 0.5, columns: 79), "██████████░░░░░░░░░░ half")
        XCTAssertEqual(ProgressLine.line("half", share: 0.5, columns: 15), "█████░░░░░ half")
        XCTAssertEqual(ProgressLine.line("half", share: 0.5, columns: 9), "half")
        XCTAssertEqual(ProgressLine.line("half", share: nil, columns: 3), "ha…")
        for columns in 1...200 {
            for share in [nil, -1, 0, 0.3, 1, 7, .infinity] as [Double?] {
                for words in [text, "層を調べる 🐈🐈🐈🐈🐈", ""] {
                    let line = ProgressLine.line(words, share: share, columns: columns)
                    XCTAssertLessThanOrEqual(TerminalWidth.columns(of: line), columns, line)
                }
            }
        }
    }

    func testWideLettersTakeTwoColumns() {
        XCTAssertEqual(TerminalWidth.columns(of: "ab林🐈"), 6)
        XCTAssertEqual(TerminalWidth.fitted("ab林檎", to: 6), "ab林檎")
        XCTAssertEqual(TerminalWidth.fitted("ab林檎", to: 5), "ab林…")
        XCTAssertEqual(TerminalWidth.fitted("ab林檎", to: 4), "ab…")
        XCTAssertEqual(TerminalWidth.fitted("ab", to: 0), "")
    }
}
