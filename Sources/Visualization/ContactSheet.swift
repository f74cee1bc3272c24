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

    /// Draws the sheet.
    public func svg() throws -> SVG {
        let columns = rows.map(\.pictures.count).max() ?? 0
        let rowHeight = Self.side + 74
        var sheet = SVG(
            width: max(360, Self.gap + Double(columns) * (Self.side + Self.gap)),
            height: 50 + Double(rows.count) * rowHeight, title: title)
        sheet.add(.text(title, x: Self.gap, y: 30, size: 17, bold: true).fill(Palette.ink))
        for (index, row) in rows.enumerated() {
            let top = 50 + Double(index) * rowHeight
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

    /// At most two lines that fit below a picture; layer names are long, and their ends tell them apart.
    private static func wrapped(_ title: String) -> [String] {
        let width = 36
        guard title.count > width else { return [title] }
        let rest = title.dropFirst(width)
        return [String(title.prefix(width)), rest.count > width ? "…" + rest.suffix(width - 1) : String(rest)]
    }
}
