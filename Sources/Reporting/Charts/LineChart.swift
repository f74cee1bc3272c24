/// Curves over a common horizontal axis, such as losses over epochs.
///
///     var chart = LineChart(title: "Training", xLabel: "epoch", yLabel: "loss")
///     chart.series.append(.init(name: "train", points: [(0, 2.3), (1, 1.1), (2, 0.7)]))
///     try chart.svg().write(to: "loss.svg")
public struct LineChart: Sendable {
    /// A named curve.
    public struct Series: Sendable {
        /// What the legend says.
        public var name: String
        /// The points from the left to the right. A point that is not finite interrupts the curve.
        public var points: [(x: Double, y: Double)]
        /// Whether the line is dashed, for what the curve is compared with.
        public var dashed: Bool

        /// Makes a curve.
        public init(name: String, points: [(x: Double, y: Double)], dashed: Bool = false) {
            self.name = name
            self.points = points
            self.dashed = dashed
        }
    }

    /// The heading.
    public var title: String
    /// What the horizontal axis shows, with its unit.
    public var xLabel: String
    /// What the vertical axis shows, with its unit.
    public var yLabel: String
    /// The curves; each takes the next colour of the palette.
    public var series: [Series]
    /// The values of the vertical axis; nil fits the data. What lies outside is drawn at the edge.
    public var yDomain: ClosedRange<Double>?
    /// Whether the horizontal axis counts something: only whole numbers are labelled.
    public var countsX = false
    /// The width of the picture in pixels.
    public var width = 720.0
    /// The height of the picture in pixels.
    public var height = 400.0

    /// Makes a chart.
    public init(
        title: String, xLabel: String, yLabel: String, series: [Series] = [], yDomain: ClosedRange<Double>? = nil
    ) {
        self.title = title
        self.xLabel = xLabel
        self.yLabel = yLabel
        self.series = series
        self.yDomain = yDomain
    }

    /// Draws the chart: heading, axes with round numbers, grid, curves, and a legend at the right.
    public func svg() -> SVG {
        var picture = SVG(width: width, height: height, title: title)
        picture.add(.text(title, x: 20, y: 28, size: 17, bold: true).fill(Palette.ink))

        let finite = series.flatMap(\.points).filter { $0.x.isFinite && $0.y.isFinite }
        let yScale = Scale(domain: yDomain ?? extent(finite.map(\.y)), from: height - 56, to: 54)
        let y = yDomain == nil ? yScale.nice() : yScale
        let yTicks = y.ticks()
        let yLabels = Scale.labels(yTicks)
        let left = 48 + (yLabels.map { SVG.textWidth($0) }.max() ?? 0)
        let legendWidth = 46 + (series.map { SVG.textWidth($0.name, size: 13) }.max() ?? 0)
        let right = max(left + 100, width - legendWidth - 16)
        let x = Scale(domain: extent(finite.map(\.x)), from: left, to: right)

        addAxes(x: x, y: y, yTicks: zip(yTicks, yLabels).map { ($0, $1) }, to: &picture)
        if finite.isEmpty {
            let middle = (x: (left + right) / 2, y: (y.start + y.end) / 2)
            picture.add(
                .text("no data", x: middle.x, y: middle.y, size: 15, anchor: .middle).fill(Palette.fadedInk))
        }
        for (index, series) in series.enumerated() {
            picture.add(curve(series, color: Palette.color(index), x: x, y: y))
            picture.add(legend(series, color: Palette.color(index), x: right + 18, y: y.end + 10 + Double(index) * 22))
        }
        return picture
    }

    private func addAxes(x: Scale, y: Scale, yTicks: [(value: Double, label: String)], to picture: inout SVG) {
        for (value, label) in yTicks {
            picture.add(.line(x1: x.start, y1: y(value), x2: x.end, y2: y(value)).stroke(Palette.grid))
            picture.add(.text(label, x: x.start - 8, y: y(value) + 4, anchor: .end).fill(Palette.ink))
        }
        let xTicks = x.ticks(count: max(2, Int((x.end - x.start) / 75)))
            .filter { !countsX || abs($0 - $0.rounded()) < 1e-6 }
        for (value, label) in zip(xTicks, Scale.labels(xTicks)) {
            picture.add(.line(x1: x(value), y1: y.start, x2: x(value), y2: y.start + 5).stroke(Palette.ink))
            picture.add(.text(label, x: x(value), y: y.start + 20, anchor: .middle).fill(Palette.ink))
        }
        picture.add(.line(x1: x.start, y1: y.start, x2: x.end, y2: y.start).stroke(Palette.ink))
        let middle = (x: (x.start + x.end) / 2, y: (y.start + y.end) / 2)
        picture.add(.text(xLabel, x: middle.x, y: y.start + 43, size: 13, anchor: .middle).fill(Palette.ink))
        picture.add(
            .text(yLabel, x: 22, y: middle.y, size: 13, anchor: .middle).fill(Palette.ink)
                .rotated(degrees: -90, aroundX: 22, y: middle.y))
    }

    private func curve(_ series: Series, color: String, x: Scale, y: Scale) -> SVGElement {
        // Broken where a point is not finite, which Swift's split does for us.
        let pieces = series.points.split { !$0.x.isFinite || !$0.y.isFinite }
        let dashes = series.dashed ? [6.0, 4] : []
        let shapes = pieces.map { piece -> SVGElement in
            let pixels = thinned(piece.map { (x($0.x), min(max(y($0.y), y.end), y.start)) })
            guard pixels.count > 1 else {
                return .circle(x: pixels[0].x, y: pixels[0].y, radius: 3).fill(color)
            }
            return .polyline(pixels).stroke(color, width: 2, dashes: dashes)
                .attribute("stroke-linejoin", "round")
        }
        return .group(shapes).tooltip(series.name)
    }

    private func legend(_ series: Series, color: String, x: Double, y: Double) -> SVGElement {
        .group([
            .line(x1: x, y1: y, x2: x + 20, y2: y).stroke(color, width: 3, dashes: series.dashed ? [6, 4] : []),
            .text(series.name, x: x + 27, y: y + 4.5, size: 13).fill(Palette.ink),
        ])
    }

    /// Keeps the lowest and the highest point of each pixel column of a long curve, which looks the same.
    private func thinned(_ points: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
        guard Double(points.count) > 4 * width else { return points }
        var result: [(x: Double, y: Double)] = []
        var start = 0
        while start < points.count {
            let column = points[start].x.rounded(.down)
            var end = start + 1
            var (low, high) = (start, start)
            while end < points.count, points[end].x.rounded(.down) == column {
                if points[end].y < points[low].y { low = end }
                if points[end].y > points[high].y { high = end }
                end += 1
            }
            for index in Set([start, low, high, end - 1]).sorted() { result.append(points[index]) }
            start = end
        }
        return result
    }

    private func extent(_ values: [Double]) -> ClosedRange<Double> {
        guard let lowest = values.min(), let highest = values.max() else { return 0...1 }
        return lowest...highest
    }
}
