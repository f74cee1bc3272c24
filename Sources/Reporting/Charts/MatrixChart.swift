/// Numbers in rows and columns of the same names, shaded by their share of the row: how often each class was taken
/// for each other.
///
///     let chart = MatrixChart(title: "Confusion", names: ["cat", "dog"], counts: [[8, 2], [1, 9]])
///     try chart.svg().write(to: "confusion.svg")
public struct MatrixChart: Sendable {
    /// The heading.
    public var title: String
    /// What rows and columns are.
    public var rowLabel = "is"
    public var columnLabel = "was taken for"
    private let names: [String]
    private let counts: [[Int]]

    /// A chart of a square of numbers; rows and columns without a name are left out.
    public init(title: String, names: [String], counts: [[Int]]) {
        self.title = title
        let side = min(names.count, counts.count, counts.map(\.count).min() ?? 0)
        self.names = Array(names.prefix(side))
        self.counts = counts.prefix(side).map { Array($0.prefix(side)) }
    }

    /// Draws the chart: names at the left and on top; the diagonal is blue, what lies beside it orange.
    public func svg() -> SVG {
        let labels = names.map { Self.clipped($0) }
        let longest = labels.map { SVG.textWidth($0) }.max() ?? 0
        let cell = min(42, max(15, 560 / Double(max(1, names.count))))
        let (left, top) = (longest + 46, longest + 66)
        let side = cell * Double(names.count)
        var picture = SVG(width: max(240, left + side + 24), height: top + side + 20, title: title)
        picture.add(
            .text(columnLabel, x: left + side / 2, y: 24, size: 13, anchor: .middle).fill(Palette.fadedInk))
        picture.add(
            .text(rowLabel, x: 18, y: top + side / 2, size: 13, anchor: .middle).fill(Palette.fadedInk)
                .rotated(degrees: -90, aroundX: 18, y: top + side / 2))
        for (index, label) in labels.enumerated() {
            let middle = (Double(index) + 0.5) * cell
            picture.add(.text(label, x: left - 8, y: top + middle + 4, anchor: .end).fill(Palette.ink))
            let (x, y) = (left + middle + 4, top - 8)
            picture.add(.text(label, x: x, y: y).fill(Palette.ink).rotated(degrees: -90, aroundX: x, y: y))
        }
        for (row, values) in counts.enumerated() {
            let sum = values.reduce(0, +)
            for (column, value) in values.enumerated() {
                picture.add(
                    square(
                        value, of: sum, isRight: row == column, what: "\(names[row]) → \(names[column])",
                        x: left + Double(column) * cell, y: top + Double(row) * cell, side: cell))
            }
        }
        return picture
    }

    private func square(
        _ value: Int, of sum: Int, isRight: Bool, what: String, x: Double, y: Double, side: Double
    ) -> [SVGElement] {
        let box = SVGElement.rect(x: x + 0.5, y: y + 0.5, width: side - 1, height: side - 1, cornerRadius: 2)
        guard value > 0 else { return [box.fill(Palette.grid).opacity(0.35)] }
        let share = Double(value) / Double(max(1, sum))
        // Rare mistakes are what one looks for: the root lifts them.
        let opacity = 0.08 + 0.92 * share.squareRoot()
        let text = "\(value)"
        let color = Palette.color(isRight ? 0 : 1)
        var parts = [
            box.fill(color).opacity(opacity)
                .tooltip("\(what): \(TextTable.grouped(value)) of \(TextTable.grouped(sum))")
        ]
        let size = min(12, (side - 4) / (0.62 * Double(text.count)))
        if size >= 7 {
            let number = SVGElement.text(
                text, x: x + side / 2, y: y + side / 2 + size * 0.36, size: size, anchor: .middle)
            parts.append(opacity > 0.75 ? number.ink(on: color) : number.fill(Palette.ink))
        }
        return parts
    }

    private static func clipped(_ name: String) -> String { name.count > 22 ? "\(name.prefix(21))…" : name }
}
