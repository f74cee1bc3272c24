import Files
import Foundation

/// A picture as a value: elements in the order in which they are drawn. Equal pictures give equal text.
///
///     var picture = SVG(width: 200, height: 100, title: "Arena")
///     picture.add(.rect(x: 10, y: 10, width: 50, height: 20).fill(Palette.color(0)).tooltip("conv1"))
///     try picture.write(to: "arena.svg")
public struct SVG: Sendable, Equatable, CustomStringConvertible {
    /// The width in pixels; also that of the view box.
    public var width: Double
    /// The height in pixels; also that of the view box.
    public var height: Double
    /// What the picture shows, for screen readers and browser tabs; not drawn.
    public var title: String
    /// What is drawn, from the back to the front.
    public var elements: [SVGElement] = []

    /// A white picture.
    public init(width: Double, height: Double, title: String) {
        self.width = width
        self.height = height
        self.title = title
    }

    /// Draws an element in front of all others.
    public mutating func add(_ element: SVGElement) {
        elements.append(element)
    }

    /// Draws elements in front of all others.
    public mutating func add(_ elements: [SVGElement]) {
        self.elements += elements
    }

    /// The document: XML in UTF-8 that ends with a line break.
    public var description: String {
        let (width, height) = (SVG.number(width), SVG.number(height))
        var text =
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)\" height=\"\(height)\" "
            + "viewBox=\"0 0 \(width) \(height)\" role=\"img\" "
            + "font-family=\"Helvetica, Arial, 'DejaVu Sans', sans-serif\">\n"
            + "  <title>\(SVG.escaped(title))</title>\n"
            + "  <rect width=\"100%\" height=\"100%\" fill=\"\(Palette.background)\"/>\n"
        for element in elements {
            SVG.append(element, indentation: 2, to: &text)
        }
        return text + "</svg>\n"
    }

    /// Writes the document, replacing what is there all at once.
    ///
    /// - Throws: `FileError` that names the path.
    public func write(to path: String) throws {
        try AtomicFile.replace(path, with: Array(description.utf8))
    }

    /// A number as it stands in a picture: rounded to two decimals, without trailing zeros; what is no finite number is 0.
    public static func number(_ value: Double) -> String {
        guard value.isFinite else { return "0" }
        // Nothing in a picture is a billion pixels away.
        let hundredths = Int((min(max(value, -1e9), 1e9) * 100).rounded())
        let (whole, fraction) = hundredths.magnitude.quotientAndRemainder(dividingBy: 100)
        var text = "\(hundredths < 0 ? "-" : "")\(whole)"
        if fraction > 0 {
            text += fraction < 10 ? ".0\(fraction)" : ".\(fraction % 10 == 0 ? fraction / 10 : fraction)"
        }
        return text
    }

    /// About how wide a line of text is in pixels, on the generous side, for placing things beside it.
    public static func textWidth(_ text: String, size: Double = 12) -> Double {
        text.reduce(0) { width, character in
            switch character {
            case "i", "j", "l", "I", "t", "f", "r", ".", ",", ":", ";", "|", "'", "!", " ", "(", ")", "[", "]":
                width + 0.38 * size
            case "m", "w", "M", "W", "@", "%": width + 0.95 * size
            default: width + (character.isUppercase ? 0.72 : character.isASCII ? 0.62 : 0.8) * size
            }
        }
    }

    private static func append(_ element: SVGElement, indentation: Int, to text: inout String) {
        let space = String(repeating: " ", count: indentation)
        text += "\(space)<\(element.tag)"
        for attribute in element.attributes {
            text += " \(attribute.name)=\"\(escaped(attribute.value))\""
        }
        let tooltip = element.tooltip.map { "<title>\(escaped($0))</title>" } ?? ""
        if !element.children.isEmpty {
            text += ">\(tooltip)\n"
            for child in element.children {
                append(child, indentation: indentation + 2, to: &text)
            }
            text += "\(space)</\(element.tag)>\n"
        } else if element.text != nil || !tooltip.isEmpty {
            text += ">\(tooltip)\(escaped(element.text ?? ""))</\(element.tag)>\n"
        } else {
            text += "/>\n"
        }
    }

    /// Text between tags or in an attribute's quotes.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\t", "\n", "\r": result.unicodeScalars.append(scalar)
            // XML cannot hold these, not even escaped.
            case "\0"..<" ", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
