import Datasets
import Foundation
import Reporting

/// Pictures side by side with their titles, one row an image: an SVG with the pictures inside.
public struct ContactSheet {
    /// A row: what stands in front, and pictures with titles.
    public struct Row {
        public let title: String
        public let pictures: [(title: String, image: Image)]

        /// A row by its parts.
        public init(title: String, pictures: [(title: String, image: Image)]) {
            self.title = title
            self.pictures = pictures
        }
    }

    public var title: String
    public var rows: [Row]

    /// A sheet by its rows.
    public init(title: String, rows: [Row]) {
        self.title = title
        self.rows = rows
    }

    private static let side = 200.0
    private static let gap = 16.0
    private static let heading = 74.0

    /// Draws the sheet.
    public func svg() throws -> SVG {
        let columns = rows.map(\.pictures.count).max() ?? 0
        let rowHeight = Self.side + 74
        var sheet = SVG(
            width: max(360, Self.gap + Double(columns) * (Self.side + Self.gap)),
            height: Self.heading + Double(rows.count) * rowHeight, title: title)
        sheet.add(.text(title, x: Self.gap, y: 30, size: 17, bold: true).fill(Palette.ink))
        sheet.add(Self.legend(top: 44))
        for (index, row) in rows.enumerated() {
            let top = Self.heading + Double(index) * rowHeight
            sheet.add(.text(row.title, x: Self.gap, y: top + 18, size: 14).fill(Palette.ink))
            for (column, picture) in row.pictures.enumerated() {
                let x = Self.gap + Double(column) * (Self.side + Self.gap)
                let scale = Self.side / Double(max(picture.image.width, picture.image.height))
                let data = Data(try picture.image.pngData()).base64EncodedString()
                sheet.add(
                    .image(
                        "data:image/png;base64,\(data)", x: x, y: top + 28, width: Double(picture.image.width) * scale,
                        height: Double(picture.image.height) * scale))
                for (line, text) in Self.wrapped(picture.title).enumerated() {
                    sheet.add(
                        .text(text, x: x, y: top + Self.side + 42 + Double(line) * 13, size: 10.5).fill(
                            Palette.fadedInk))
                }
            }
        }
        return sheet
    }

    /// What the colours mean: every picture has a scale of its own, which stands below it.
    private static func legend(top: Double) -> [SVGElement] {
        let (steps, width) = (40, 120.0)
        var elements: [SVGElement] = []
        let low = "a picture's smallest value"
        elements.append(.text(low, x: gap, y: top + 10, size: 11).fill(Palette.fadedInk))
        let left = gap + SVG.textWidth(low, size: 11) + 6
        for step in 0..<steps {
            let color = ColorScale.color(Double(step) / Double(steps - 1)).map { String(format: "%02X", Int($0)) }
            // A little wider than its place, so that no white shows between two.
            elements.append(
                .rect(
                    x: left + Double(step) * width / Double(steps), y: top, width: width / Double(steps) + 0.5,
                    height: 12
                ).fill("#" + color.joined()))
        }
        elements.append(.text("its largest", x: left + width + 8, y: top + 10, size: 11).fill(Palette.fadedInk))
        return elements
    }

    /// At most two lines that fit below a picture; layer names are long, and their ends tell them apart.
    private static func wrapped(_ title: String) -> [String] {
        let width = 36
        guard title.count > width else { return [title] }
        let rest = title.dropFirst(width)
        return [String(title.prefix(width)), rest.count > width ? "…" + rest.suffix(width - 1) : String(rest)]
    }
}
