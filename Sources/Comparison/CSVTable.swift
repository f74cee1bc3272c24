/// A table of comma-separated values after RFC 4180, as it is read: a header, and rows of as many values.
///
/// Lines may end as those of Windows do; lines without any value are passed over. It is our own because SwiftCSV says
/// neither which line is wrong nor that a row has too few or too many values; tests compare the two.
struct CSVTable {
    /// Names of the columns, each another one; empty where there is no line at all.
    let header: [String]
    let rows: [Row]

    /// A row, and where it stands.
    struct Row {
        /// The line that it begins on, counted from 1.
        let line: Int
        fileprivate let values: [String: String]

        /// The value in a column; nil where it is empty, or there is no such column.
        subscript(column: String) -> String? { values[column].flatMap { $0.isEmpty ? nil : $0 } }
    }

    /// Reads a table.
    ///
    /// - Parameters:
    ///   - source: the file's name, for messages.
    ///   - checkHeader: refuses a header before any row is looked at, as of a file that is something else.
    /// - Throws: `ComparisonError` that names the line; what `checkHeader` throws.
    init(
        _ text: String, source: String, checkHeader: ([String]) throws(ComparisonError) -> Void
    ) throws(ComparisonError) {
        var reader = CSVReader(text, source: source)
        let header = try reader.nextFilled()?.values ?? []
        var names = Set<String>()
        if let repeated = header.first(where: { !names.insert($0).inserted }) {
            throw ComparisonError("\(source) has two columns called \"\(repeated)\": give each a name of its own")
        }
        try checkHeader(header)
        var rows: [Row] = []
        while let (line, values) = try reader.nextFilled() {
            guard values.count == header.count else {
                let advice =
                    values.count > header.count
                    ? "put quotes around values with commas" : "leave none out; an empty one still has its comma"
                throw ComparisonError(
                    "\(source), line \(line) has \(values.count) values and the header \(header.count): \(advice)")
            }
            rows.append(Row(line: line, values: Dictionary(uniqueKeysWithValues: zip(header, values))))
        }
        (self.header, self.rows) = (header, rows)
    }
}

/// Takes a text apart, line by line and value by value.
private struct CSVReader {
    private let source: String
    private let scalars: [Unicode.Scalar]
    private var place = 0
    private var line = 1

    init(_ text: String, source: String) {
        self.source = source
        // Letters, not graphemes: a carriage return and a line feed are one grapheme. Some programs begin with a mark.
        scalars = Array(text.unicodeScalars.drop { $0 == "\u{FEFF}" })
    }

    private var isAtEnd: Bool { place == scalars.count }
    private var isAtEndOfLine: Bool { isAtEnd || scalars[place] == "\n" || scalars[place] == "\r" }

    /// The values of the next line that has any, and its number; nil at the end.
    mutating func nextFilled() throws(ComparisonError) -> (line: Int, values: [String])? {
        while let (line, cells) = try next() {
            let values = cells.map(CSVText.text)
            if values.contains(where: { !$0.isEmpty }) { return (line, values) }
        }
        return nil
    }

    private mutating func next() throws(ComparisonError) -> (line: Int, cells: [String])? {
        guard !isAtEnd else { return nil }
        let first = line
        var cells = [try cell()]
        while !isAtEndOfLine {
            place += 1
            cells.append(try cell())
        }
        endLine()
        return (first, cells)
    }

    /// The value here, up to the comma behind it or the end of the line.
    private mutating func cell() throws(ComparisonError) -> String {
        // Blanks around a value are not part of it; those in quotes are.
        while !isAtEnd, scalars[place] == " " || scalars[place] == "\t" { place += 1 }
        guard !isAtEnd, scalars[place] == "\"" else { return try plainCell() }
        let cell = try quotedCell()
        while !isAtEnd, scalars[place] == " " || scalars[place] == "\t" { place += 1 }
        guard isAtEndOfLine || scalars[place] == "," else { throw misplacedQuote }
        return cell
    }

    private mutating func plainCell() throws(ComparisonError) -> String {
        var cell = String.UnicodeScalarView()
        while !isAtEndOfLine, scalars[place] != "," {
            if scalars[place] == "\"" { throw misplacedQuote }
            cell.append(scalars[place])
            place += 1
        }
        return String(cell)
    }

    private mutating func quotedCell() throws(ComparisonError) -> String {
        let first = line
        var cell = String.UnicodeScalarView()
        place += 1
        while true {
            guard !isAtEnd else {
                throw ComparisonError("\(source), line \(first): a quotation mark is never closed: close it")
            }
            let scalar = scalars[place]
            place += 1
            if scalar == "\"" {
                guard !isAtEnd, scalars[place] == "\"" else { return String(cell) }
                place += 1
            } else if scalar == "\n" {
                line += 1
            }
            cell.append(scalar)
        }
    }

    private mutating func endLine() {
        guard !isAtEnd else { return }
        let isPair = scalars[place] == "\r" && place + 1 < scalars.count && scalars[place + 1] == "\n"
        place += isPair ? 2 : 1
        line += 1
    }

    private var misplacedQuote: ComparisonError {
        ComparisonError(
            "\(source), line \(line): a quotation mark stands where none can: put quotes around the whole value, "
                + "and two for one in it"
        )
    }
}
