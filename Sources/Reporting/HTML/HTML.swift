/// A piece of a page as a value. Text in it is text: whatever it holds, it is shown and never read as HTML.
///
///     let note = HTML.paragraph("Trained on \(images) images of “\(name)”.")
///     let both: HTML = .group([.heading("Data"), note])
public indirect enum HTML: Sendable, Equatable {
    /// Words.
    case text(String)
    /// An element around other pieces.
    case element(Tag, [Attribute], [HTML])
    /// A drawing.
    case picture(SVG)
    /// Pieces one after the other.
    case group([HTML])

    /// The elements that pages are made of. None of them runs or loads anything.
    public enum Tag: String, Sendable {
        case h1, h2, h3, p, div, span, section, header, nav, figure, figcaption, img, a, strong, code, pre, bdi, small
        case table, thead, tbody, tr, th, td, ul, li, details, summary
    }

    /// What an element says of itself.
    public enum Attribute: Sendable, Equatable {
        /// Names in the page's style sheet.
        case style(Style)
        /// What a link of this page leads to.
        case anchor(String)
        /// A link to an anchor of this page.
        case link(String)
        /// The picture of an `img`, and what it shows for who cannot see it.
        case image(EmbeddedImage, alternative: String)
        /// What a browser shows when the pointer rests on the element.
        case tooltip(String)
    }

    /// What the style sheet knows.
    public enum Style: String, Sendable {
        /// Text of lesser weight.
        case faded
        /// A column or cell of numbers.
        case number
        /// The row that stands out.
        case marked
        /// What is wider than a phone, and scrolls there.
        case wide
        /// Pictures side by side, as many as there is room for.
        case gallery
        /// Charts side by side.
        case charts
        /// Key figures side by side, and one of them.
        case tiles, tile
        /// A tile's number.
        case figure
        /// Good and bad news.
        case good, bad
        /// A table of what something is: its first column names what the second says.
        case facts
        /// Something to do next.
        case advice
    }

    /// A name that comes from outside, such as a class's or a file's: in its own direction of writing, whatever
    /// stands around it.
    public static func name(_ name: String) -> HTML { .element(.bdi, [], [.text(name.printableName)]) }

    /// The piece as text of a page.
    public var source: String {
        var text = ""
        append(to: &text)
        return text
    }

    private func append(to text: inout String) {
        switch self {
        case .text(let words): text += Self.escaped(words)
        case .picture(let drawing): text += drawing.description.printable
        case .group(let pieces): for piece in pieces { piece.append(to: &text) }
        case .element(let tag, let attributes, let pieces):
            text += "<\(tag.rawValue)"
            for attribute in attributes { text += attribute.source }
            text += ">"
            // An image has no end.
            guard tag != .img else { return }
            for piece in pieces { piece.append(to: &text) }
            text += "</\(tag.rawValue)>"
        }
    }

    /// Text between tags or in an attribute's quotes. What would turn the direction of writing is written out.
    static func escaped(_ text: String) -> String { SVG.escaped(text.printable) }
}

extension HTML.Attribute {
    fileprivate var source: String {
        switch self {
        case .style(let style): " class=\"\(style.rawValue)\""
        case .anchor(let name): " id=\"\(HTML.escaped(name))\""
        case .link(let anchor): " href=\"#\(HTML.escaped(anchor))\""
        case .image(let image, let alternative):
            " src=\"\(image.address)\" width=\"\(image.width)\" height=\"\(image.height)\" alt=\"\(HTML.escaped(alternative))\""
        case .tooltip(let text): " title=\"\(HTML.escaped(text))\""
        }
    }
}

extension HTML: ExpressibleByStringInterpolation {
    public init(stringLiteral value: String) { self = .text(value) }
}
