/// A table of plain text with aligned columns, for a terminal.
///
///     var table = TextTable([.left("layer"), .right("parameters")])
///     table.addRow(["conv1", TextTable.grouped(9408)])
///     print(table)
///     // layer  parameters
///     // ─────  ──────────
///     // conv1       9,408
public struct TextTable: Sendable, CustomStringConvertible {
    /// To which side cells are pushed.
    public enum Alignment: Sendable {
        /// To the left: text.
        case left
        /// To the right: numbers.
        case right
    }

    /// A column's heading and alignment.
    public struct Column: Sendable {
        /// The heading.
        public var title: String
        /// To which side heading and cells are pushed.
        public var alignment: Alignment

        /// A column of text.
        public static func left(_ title: String) -> Column { Column(title: title, alignment: .left) }

        /// A column of numbers.
        public static func right(_ title: String) -> Column { Column(title: title, alignment: .right) }
    }

    private enum Line: Sendable {
        case cells([String])
        case rule
    }

    /// The columns, from the left.
    public let columns: [Column]
    private var lines: [Line] = []

    /// An empty table.
    public init(_ columns: [Column]) {
        self.columns = columns
    }

    /// Adds a row. Missing cells stay empty, superfluous ones are left out; line breaks become spaces.
    public mutating func addRow(_ cells: [String]) {
        let padded = cells.prefix(columns.count) + Array(repeating: "", count: max(0, columns.count - cells.count))
        lines.append(.cells(padded.map { String($0.map { $0.isNewline ? " " : $0 }) }))
    }

    /// Adds a line across all columns, for example above totals.
    public mutating func addRule() {
        lines.append(.rule)
    }

    /// The lines of the table without the last line break. No line ends in spaces.
    public var description: String {
        let all = [.cells(columns.map(\.title)), .rule] + lines
        let widths = columns.indices.map { column in
            all.reduce(0) { width, line in
                guard case .cells(let cells) = line else { return width }
                return max(width, cells[column].count)
            }
        }
        return all.map { render($0, widths) }.joined(separator: "\n")
    }

    /// The same as a table in Markdown; a rule is left out.
    public var markdown: String {
        func row(_ cells: [String]) -> String {
            "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
        }
        let alignments = columns.map { $0.alignment == .left ? "---" : "---:" }
        let rows = lines.compactMap { line -> String? in
            guard case .cells(let cells) = line else { return nil }
            return row(cells)
        }
        return ([row(columns.map(\.title)), row(alignments)] + rows).joined(separator: "\n")
    }

    /// An integer with commas between thousands: `1,234,567`.
    public static func grouped(_ value: Int) -> String {
        let digits = String(value.magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return value < 0 ? "-" + text : text
    }

    private func render(_ line: Line, _ widths: [Int]) -> String {
        let cells: [String]
        switch line {
        case .rule: cells = widths.map { String(repeating: "─", count: $0) }
        case .cells(let values): cells = values
        }
        var text = columns.indices.map { column in
            let space = String(repeating: " ", count: widths[column] - cells[column].count)
            return columns[column].alignment == .left ? cells[column] + space : space + cells[column]
        }.joined(separator: "  ")
        while text.last == " " { text.removeLast() }
        return text
    }
}
