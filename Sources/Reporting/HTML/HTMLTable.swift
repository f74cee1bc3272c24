/// A table of a page; where it is wider than the screen, it scrolls alone.
///
///     var table = HTMLTable([.left("class"), .right("images")])
///     table.addRow([.name("shoes"), "12"])
public struct HTMLTable: Sendable {
    private let columns: [TextTable.Column]
    private var rows: [HTML] = []

    /// A table without rows.
    public init(_ columns: [TextTable.Column]) { self.columns = columns }

    /// Whether it has no rows.
    public var isEmpty: Bool { rows.isEmpty }

    /// Adds a row. Missing cells stay empty, superfluous ones are left out.
    ///
    /// - Parameter isMarked: whether it stands out.
    public mutating func addRow(_ cells: [HTML], isMarked: Bool = false) {
        let padded = cells.prefix(columns.count) + Array(repeating: "", count: max(0, columns.count - cells.count))
        rows.append(
            .element(
                .tr, isMarked ? [.style(.marked)] : [],
                zip(columns, padded).map { column, cell in .element(.td, Self.style(of: column), [cell]) }))
    }

    /// The table.
    public var html: HTML {
        let heading = columns.map { HTML.element(.th, Self.style(of: $0), [.text($0.title)]) }
        return .element(
            .div, [.style(.wide)],
            [
                .element(
                    .table, [],
                    [.element(.thead, [], [.element(.tr, [], heading)]), .element(.tbody, [], rows)])
            ])
    }

    /// A table of two columns without headings: what something is, word by word.
    public static func facts(_ facts: [(what: String, value: HTML)]) -> HTML {
        let rows = facts.map { fact in
            HTML.element(
                .tr, [], [.element(.td, [], [.text(fact.what)]), .element(.td, [], [fact.value])])
        }
        return .element(
            .div, [.style(.wide)], [.element(.table, [.style(.facts)], [.element(.tbody, [], rows)])])
    }

    private static func style(of column: TextTable.Column) -> [HTML.Attribute] {
        switch column.alignment {
        case .left: []
        case .right: [.style(.number)]
        }
    }
}
