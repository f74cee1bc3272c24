/// Named points with intervals, such as accuracy against memory.
///
///     let chart = ScatterChart(
///         title: "Accuracy against memory", xLabel: "SRAM", yLabel: "accuracy, %",
///         points: [.init(name: "average", x: 65536, y: 88.1, halfWidth: 0.3)], showsBytes: true)
///     try chart.svg().write(to: "accuracy.svg")
public struct ScatterChart: Sendable {
    /// A point.
    public struct Point: Sendable {
        /// What the legend says.
        public var name: String
        public var x: Double
        public var y: Double
        /// Half the height of its interval; nil where it is not known.
        public var halfWidth: Double?

        /// Makes a point.
        public init(name: String, x: Double, y: Double, halfWidth: Double? = nil) {
            self.name = name
            self.x = x
            self.y = y
            self.halfWidth = halfWidth
        }
    }

    /// The heading.
    public var title: String
    /// What the axes show, with their units.
    public var xLabel: String
    public var yLabel: String
    /// The points; each takes the next colour of the palette, and a number that the legend explains.
    public var points: [Point]
    /// Whether x is in bytes: ticks are then at powers of two.
    public var showsBytes: Bool
    /// The size of the picture in pixels.
    public var width = 720.0
    public var height = 420.0

    /// Makes a chart.
    public init(title: String, xLabel: String, yLabel: String, points: [Point] = [], showsBytes: Bool = false) {
        self.title = title
        self.xLabel = xLabel
        self.yLabel = yLabel
        self.points = points.filter { $0.x.isFinite && $0.y.isFinite }
        self.showsBytes = showsBytes
    }

    /// Draws the chart: heading, axes with round numbers, points with their intervals, and a legend at the right.
    public func svg() -> SVG {
        // The legend needs a line for each point.
        let tall = max(height, 90 + Double(points.count) * 22)
        var picture = SVG(width: width, height: tall, title: title)
        picture.add(.text(title, x: 20, y: 28, size: 17, bold: true).fill(Palette.ink))
        let ends = points.flatMap { [$0.y - ($0.halfWidth ?? 0), $0.y + ($0.halfWidth ?? 0)] }
        let y = Scale(domain: (ends.min() ?? 0)...(ends.max() ?? 1), from: tall - 56, to: 54).nice()
        let yTicks = y.ticks()
        let yLabels = Scale.labels(yTicks)
        let left = 48 + (yLabels.map { SVG.textWidth($0) }.max() ?? 0)
        let legendWidth = 52 + (points.map { SVG.textWidth($0.name, size: 13) }.max() ?? 0)
        let right = max(left + 160, width - legendWidth - 16)
        let x = xScale(left, right)
        for (value, label) in zip(yTicks, yLabels) {
            picture.add(.line(x1: left, y1: y(value), x2: right, y2: y(value)).stroke(Palette.grid))
            picture.add(.text(label, x: left - 8, y: y(value) + 4, anchor: .end).fill(Palette.ink))
        }
        let xTicks = showsBytes ? x.byteTicks(count: 5) : x.ticks(count: 5)
        let xLabels = showsBytes ? xTicks.map { ByteSize.text(Int($0)) } : Scale.labels(xTicks)
        for (value, label) in zip(xTicks, xLabels) {
            picture.add(.line(x1: x(value), y1: y.start, x2: x(value), y2: y.start + 5).stroke(Palette.ink))
            picture.add(.text(label, x: x(value), y: y.start + 20, anchor: .middle).fill(Palette.ink))
        }
        picture.add(.line(x1: left, y1: y.start, x2: right, y2: y.start).stroke(Palette.ink))
        picture.add(.text(xLabel, x: (left + right) / 2, y: y.start + 43, size: 13, anchor: .middle).fill(Palette.ink))
        let middle = (y.start + y.end) / 2
        picture.add(
            .text(yLabel, x: 22, y: middle, size: 13, anchor: .middle).fill(Palette.ink)
                .rotated(degrees: -90, aroundX: 22, y: middle))
        if points.isEmpty {
            picture.add(
                .text("no data", x: (left + right) / 2, y: middle, size: 15, anchor: .middle).fill(Palette.fadedInk))
        }
        for (index, point) in points.enumerated() {
            picture.add(marker(index, point, x: x(point.x), y: y))
            let line = y.end + 10 + Double(index) * 22
            picture.add(disc(index, x: right + 26, y: line))
            picture.add(.text(point.name, x: right + 42, y: line + 4.5, size: 13).fill(Palette.ink))
        }
        return picture
    }

    /// A margin at both sides keeps discs off the edges.
    private func xScale(_ left: Double, _ right: Double) -> Scale {
        let (least, most) = (points.map(\.x).min() ?? 0, points.map(\.x).max() ?? 1)
        let margin = max((most - least) * 0.08, most * 0.05)
        return Scale(domain: max(0, least - margin)...(most + margin), from: left, to: right)
    }

    private func marker(_ index: Int, _ point: Point, x: Double, y: Scale) -> SVGElement {
        var parts: [SVGElement] = []
        if let half = point.halfWidth {
            let (low, high) = (y(point.y - half), y(point.y + half))
            let color = Palette.color(index)
            parts.append(.line(x1: x, y1: low, x2: x, y2: high).stroke(color, width: 2))
            for end in [low, high] {
                parts.append(.line(x1: x - 5, y1: end, x2: x + 5, y2: end).stroke(color, width: 2))
            }
        }
        parts.append(disc(index, x: x, y: y(point.y)))
        return .group(parts).tooltip(point.name)
    }

    private func disc(_ index: Int, x: Double, y: Double) -> SVGElement {
        let color = Palette.color(index)
        return .group([
            .circle(x: x, y: y, radius: 9).fill(color).stroke(Palette.background),
            .text("\(index + 1)", x: x, y: y + 3.6, size: 10, anchor: .middle, bold: true).ink(on: color),
        ])
    }
}
