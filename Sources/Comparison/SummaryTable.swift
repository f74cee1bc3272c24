import Foundation
import Reporting

/// What cells came to, side by side: a row a cell. Columns that no cell has anything for are left out.
public struct SummaryTable: Sendable {
    public let summaries: [CellSummary]
    /// What scores are called.
    public let scoreName: String
    /// Name of the cell that differences are taken to; nil for none.
    public let baseline: String?
    /// Whether p-values after Holm have a column.
    public let showsPValues: Bool

    /// A table of summaries, in their order.
    public init(_ summaries: [CellSummary], scoreName: String, baseline: String?, showsPValues: Bool = false) {
        self.summaries = summaries
        self.scoreName = scoreName
        self.baseline = baseline
        self.showsPValues = showsPValues
    }

    /// For a terminal, or as Markdown.
    public var text: TextTable {
        let columns = columns
        var table = TextTable(columns.map(\.heading))
        for summary in summaries { table.addRow(columns.map { $0.cell(summary) }) }
        return table
    }

    struct Column {
        let heading: TextTable.Column
        let cell: (CellSummary) -> String
    }

    /// Headings, and what stands below them.
    var columns: [Column] {
        var columns = [
            Column(heading: .left("cell")) { $0.cell },
            Column(heading: .right("runs")) { "\($0.runs)" },
            Column(heading: .right("\(scoreName) %")) { Self.percent($0.accuracy) },
            Column(heading: .right("±")) { Self.percent($0.accuracyHalfWidth) },
        ]
        func has<Value>(_ value: (CellSummary) -> Value?) -> Bool { summaries.contains { value($0) != nil } }
        func add(_ title: String, if isThere: Bool, _ cell: @escaping (CellSummary) -> String) {
            if isThere { columns.append(Column(heading: .right(title), cell: cell)) }
        }
        func number(_ value: Int?) -> String { value.map(TextTable.grouped) ?? "–" }

        add("best epoch %", if: has(\.bestEpochAccuracy)) { Self.percent($0.bestEpochAccuracy) }
        if let baseline {
            add("to baseline", if: true) { summary in
                if summary.cell == baseline { return "baseline" }
                return summary.difference.map { String(format: "%+.2f", $0 * 100) } ?? "–"
            }
            add("±", if: true) { summary in
                if summary.cell == baseline { return "" }
                return Self.percent(summary.differenceHalfWidth) + (summary.isSignificant ? " *" : "")
            }
        }
        add("p (Holm)", if: showsPValues) { $0.correctedPValue.map { String(format: "%.2g", $0) } ?? "" }
        add("peak SRAM", if: has(\.arenaBytes)) { $0.arenaBytes.map { ByteSize.text($0) } ?? "–" }
        add("MACs", if: has(\.multiplyAccumulates)) { number($0.multiplyAccumulates) }
        add("parameters", if: has(\.parameters)) { number($0.parameters) }
        add("s/epoch", if: has(\.secondsPerEpoch)) { $0.secondsPerEpoch.map { String(format: "%.1f", $0) } ?? "–" }
        return columns
    }

    /// Two decimals; a dash for what is not there.
    static func percent(_ value: Double?) -> String { value.map { String(format: "%.2f", $0 * 100) } ?? "–" }
}
