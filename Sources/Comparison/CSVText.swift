/// Comma-separated values after RFC 4180, lines ended as Unix does, that are safe to open as a spreadsheet.
///
/// A spreadsheet runs a cell that begins with `=`, `+`, `-` or `@`, quoted or not. Such a cell gets an apostrophe in front, as a
/// spreadsheet itself marks text, unless it is a number; `text(_:)` takes it away again.
package enum CSVText {
    /// Rows of cells as a file's contents.
    package static func table(_ rows: [[String]]) -> String {
        rows.map { row in row.map(cell).joined(separator: ",") + "\n" }.joined()
    }

    /// A cell as it stands in the file.
    static func cell(_ text: String) -> String {
        let safe = beginsLikeFormula(text) && !isNumber(text) ? "'" + text : text
        // Letters, not graphemes: a carriage return and a line feed are one grapheme.
        guard safe.unicodeScalars.contains(where: { ",\"\n\r".unicodeScalars.contains($0) }) else { return safe }
        return "\"" + safe.replacing("\"", with: "\"\"") + "\""
    }

    /// What a cell that was read says.
    package static func text(_ cell: String) -> String {
        guard cell.hasPrefix("'"), beginsLikeFormula(cell.dropFirst()) else { return cell }
        return String(cell.dropFirst())
    }

    /// An apostrophe counts, so that one that was there stays.
    private static func beginsLikeFormula(_ text: some StringProtocol) -> Bool {
        text.unicodeScalars.first.map { "=+-@'\t\r\n＝＋－＠".unicodeScalars.contains($0) } ?? false
    }

    private static func isNumber(_ text: String) -> Bool {
        text.wholeMatch(of: /[+-]?([0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?|inf|nan)/) != nil
    }
}
