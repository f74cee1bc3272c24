/// A page with everything in it: it opens from a file, loads nothing, and runs nothing.
///
///     var page = HTMLPage(title: "runs/a", lead: .paragraph("76.4 % of 400 images."))
///     page.add(HTMLPage.Section("Classes", table.html))
///     try AtomicFile.replace("report.html", with: Array(page.source.utf8))
public struct HTMLPage: Sendable, Equatable {
    /// A part of a page under a heading.
    public struct Section: Sendable, Equatable {
        /// The heading.
        public let title: String
        /// What stands below it.
        public let content: HTML

        /// A part by its heading and its pieces.
        public init(_ title: String, _ content: HTML...) {
            self.title = title
            self.content = .group(content)
        }
    }

    /// The page's name.
    public let title: String
    /// What stands above all parts.
    public let lead: HTML
    /// The parts, in their order.
    public private(set) var sections: [Section] = []
    /// A part that would make the page larger is left out, and the page says so: five megabytes go by mail.
    public static let mostBytes = 5_000_000

    /// A page without parts.
    public init(title: String, lead: HTML) {
        self.title = title
        self.lead = lead
    }

    /// Adds a part, if there is one.
    public mutating func add(_ section: Section?) { if let section { sections.append(section) } }

    /// The page as text.
    public var source: String {
        var text = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
            <title>\(HTML.escaped(title))</title>
            <style>
            \(StyleSheet.text)
            </style>
            </head>
            <body>

            """
        text += HTML.element(.header, [], [.element(.h1, [], [.text(title)]), lead]).source + "\n"
        if sections.count > 2 {
            let links = sections.enumerated().map { HTML.element(.a, [.link(Self.anchor($0))], [.text($1.title)]) }
            text += HTML.element(.nav, [], links).source + "\n"
        }
        for (index, section) in sections.enumerated() {
            let whole = Self.source(index, section)
            let isTooLarge = text.utf8.count + whole.utf8.count > Self.mostBytes
            text += isTooLarge ? Self.source(index, Self.leftOut(section)) : whole
        }
        return text + "</body>\n</html>\n"
    }

    private static func leftOut(_ section: Section) -> Section {
        Section(section.title, .remark("Left out: with it, this page would be larger than five megabytes."))
    }

    private static func source(_ index: Int, _ section: Section) -> String {
        HTML.element(
            .section, [.anchor(anchor(index))], [.element(.h2, [], [.text(section.title)]), section.content]
        ).source + "\n"
    }

    private static func anchor(_ index: Int) -> String { "part-\(index + 1)" }
}
