/// One element of a picture: a value, refined by methods that return a changed copy.
///
///     SVGElement.rect(x: 0, y: 0, width: 40, height: 20).fill("#0072B2").tooltip("conv1: 9.0 KiB")
///
/// Coordinates are pixels, x to the right and y down. Numbers are written with at most two decimals.
public struct SVGElement: Sendable, Equatable {
    /// Where a text's point is on its line.
    public enum Anchor: String, Sendable {
        /// The text starts at the point.
        case start
        /// The text is centred on the point.
        case middle
        /// The text ends at the point.
        case end
    }

    let tag: String
    var attributes: [Attribute] = []
    var tooltip: String?
    var text: String?
    var children: [SVGElement] = []

    struct Attribute: Sendable, Equatable {
        let name: String
        var value: String
    }

    init(_ tag: String, _ attributes: [(String, String)] = []) {
        self.tag = tag
        self.attributes = attributes.map { Attribute(name: $0.0, value: $0.1) }
    }

    // MARK: Shapes

    /// A rectangle by its upper left corner; negative sides count as zero.
    public static func rect(
        x: Double, y: Double, width: Double, height: Double, cornerRadius: Double = 0
    ) -> SVGElement {
        let element = SVGElement(
            "rect",
            [
                ("x", SVG.number(x)), ("y", SVG.number(y)),
                ("width", SVG.number(max(0, width))), ("height", SVG.number(max(0, height))),
            ])
        return cornerRadius > 0 ? element.attribute("rx", SVG.number(cornerRadius)) : element
    }

    /// A straight line, black until `stroke` says otherwise.
    public static func line(x1: Double, y1: Double, x2: Double, y2: Double) -> SVGElement {
        SVGElement(
            "line",
            [("x1", SVG.number(x1)), ("y1", SVG.number(y1)), ("x2", SVG.number(x2)), ("y2", SVG.number(y2))]
        ).stroke("#000000")
    }

    /// Straight lines through points; open and not filled.
    public static func polyline(_ points: [(x: Double, y: Double)]) -> SVGElement {
        let text = points.map { "\(SVG.number($0.x)),\(SVG.number($0.y))" }.joined(separator: " ")
        return SVGElement("polyline", [("points", text)]).fill("none").stroke("#000000")
    }

    /// A path in SVG's own notation, for example `M0 0 L10 10 Z`.
    public static func path(_ commands: String) -> SVGElement {
        SVGElement("path", [("d", commands)])
    }

    /// A disc.
    public static func circle(x: Double, y: Double, radius: Double) -> SVGElement {
        SVGElement("circle", [("cx", SVG.number(x)), ("cy", SVG.number(y)), ("r", SVG.number(max(0, radius)))])
    }

    /// A line of text with its base line at y.
    public static func text(
        _ text: String, x: Double, y: Double, size: Double = 12, anchor: Anchor = .start, bold: Bool = false
    ) -> SVGElement {
        var element = SVGElement(
            "text", [("x", SVG.number(x)), ("y", SVG.number(y)), ("font-size", SVG.number(size))])
        if anchor != .start { element = element.attribute("text-anchor", anchor.rawValue) }
        if bold { element = element.attribute("font-weight", "bold") }
        element.text = text
        return element
    }

    /// A picture by its address, which may be a `data:` URL; pixels keep their edges when it is enlarged.
    public static func image(_ address: String, x: Double, y: Double, width: Double, height: Double) -> SVGElement {
        SVGElement(
            "image",
            [
                ("href", address), ("x", SVG.number(x)), ("y", SVG.number(y)), ("width", SVG.number(width)),
                ("height", SVG.number(height)), ("style", "image-rendering: pixelated"),
            ])
    }

    /// Elements that share what is set on the group.
    public static func group(_ children: [SVGElement]) -> SVGElement {
        var element = SVGElement("g")
        element.children = children
        return element
    }

    // MARK: Style

    /// The colour inside, or `none`.
    public func fill(_ color: String) -> SVGElement { attribute("fill", color) }

    /// Black or white for text on a colour, whichever is read better; a page's style sheet leaves it as it is.
    public func ink(on color: String) -> SVGElement { fill(Palette.ink(on: color)).attribute("class", "on-color") }

    /// The colour and width of the outline; dashes alternate between drawn and left out.
    public func stroke(_ color: String, width: Double = 1, dashes: [Double] = []) -> SVGElement {
        let element = attribute("stroke", color).attribute("stroke-width", SVG.number(width))
        guard !dashes.isEmpty else { return element }
        return element.attribute("stroke-dasharray", dashes.map(SVG.number).joined(separator: " "))
    }

    /// From 0, invisible, to 1.
    public func opacity(_ value: Double) -> SVGElement { attribute("opacity", SVG.number(value)) }

    /// Turns around a point, clockwise.
    public func rotated(degrees: Double, aroundX x: Double, y: Double) -> SVGElement {
        attribute("transform", "rotate(\(SVG.number(degrees)) \(SVG.number(x)) \(SVG.number(y)))")
    }

    /// Moves to the right and down.
    public func translated(x: Double, y: Double) -> SVGElement {
        attribute("transform", "translate(\(SVG.number(x)) \(SVG.number(y)))")
    }

    /// What a browser shows when the pointer rests on the element.
    public func tooltip(_ text: String) -> SVGElement {
        var copy = self
        copy.tooltip = text
        return copy
    }

    /// Sets any attribute; setting one again replaces its value.
    public func attribute(_ name: String, _ value: String) -> SVGElement {
        var copy = self
        if let index = copy.attributes.firstIndex(where: { $0.name == name }) {
            copy.attributes[index].value = value
        } else {
            copy.attributes.append(Attribute(name: name, value: value))
        }
        return copy
    }
}
