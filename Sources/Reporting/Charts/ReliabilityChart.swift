/// How often something is right against how sure it was: bars on the diagonal are what one wants (DeGroot and
/// Fienberg, 1983).
public struct ReliabilityChart: Sendable {
    /// Answers of about the same confidence.
    public struct Bar: Sendable, Equatable {
        /// The confidences that it stands for, from 0 to 1.
        public var range: ClosedRange<Double>
        /// Share of all answers.
        public var share: Double
        /// Mean confidence, and share of right answers.
        public var confidence: Double
        public var accuracy: Double

        /// A bar by its numbers.
        public init(range: ClosedRange<Double>, share: Double, confidence: Double, accuracy: Double) {
            self.range = range
            self.share = share
            self.confidence = confidence
            self.accuracy = accuracy
        }
    }

    /// What the picture is called; not drawn.
    public var title: String
    /// From the left to the right.
    public var bars: [Bar]

    /// A chart of bars.
    public init(title: String, bars: [Bar]) {
        self.title = title
        self.bars = bars
    }

    /// Draws the chart: accuracy as bars, confidence as a line over each, and below how many answers there are.
    public func svg() -> SVG {
        var picture = SVG(width: 440, height: 400, title: title)
        let x = Scale(domain: 0...1, from: 56, to: 420)
        let y = Scale(domain: 0...1, from: 268, to: 20)
        let below = Scale(domain: 0...1, from: 344, to: 288)
        for tick in [0.0, 0.25, 0.5, 0.75, 1] {
            picture.add(.line(x1: x.start, y1: y(tick), x2: x.end, y2: y(tick)).stroke(Palette.grid))
            let label = "\(Int(tick * 100))"
            picture.add(.text(label, x: x.start - 8, y: y(tick) + 4, anchor: .end).fill(Palette.ink))
            picture.add(.text(label, x: x(tick), y: below.start + 18, anchor: .middle).fill(Palette.ink))
        }
        for bar in bars where bar.share > 0 {
            picture.add(columns(bar, x: x, y: y, below: below))
        }
        picture.add(
            .line(x1: x(0), y1: y(0), x2: x(1), y2: y(1)).stroke(Palette.fadedInk, width: 1.5, dashes: [5, 4]))
        for base in [y.start, below.start] {
            picture.add(.line(x1: x.start, y1: base, x2: x.end, y2: base).stroke(Palette.ink))
        }
        picture.add(
            .text("confidence, %", x: (x.start + x.end) / 2, y: 388, size: 13, anchor: .middle).fill(Palette.ink))
        for (text, middle) in [("right, %", (y.start + y.end) / 2), ("share", (below.start + below.end) / 2)] {
            picture.add(
                .text(text, x: 18, y: middle, size: 13, anchor: .middle).fill(Palette.ink)
                    .rotated(degrees: -90, aroundX: 18, y: middle))
        }
        return picture
    }

    private func columns(_ bar: Bar, x: Scale, y: Scale, below: Scale) -> SVGElement {
        let (left, right) = (x(bar.range.lowerBound) + 1, x(bar.range.upperBound) - 1)
        func percent(_ share: Double) -> String { "\(SVG.number((share * 1000).rounded() / 10)) %" }
        return .group([
            .rect(x: left, y: y(bar.accuracy), width: right - left, height: y.start - y(bar.accuracy))
                .fill(Palette.color(0)).opacity(0.85),
            .line(x1: left, y1: y(bar.confidence), x2: right, y2: y(bar.confidence))
                .stroke(Palette.color(1), width: 3),
            .rect(x: left, y: below(bar.share), width: right - left, height: below.start - below(bar.share))
                .fill(Palette.fadedInk).opacity(0.6),
        ]).tooltip(
            "confidence \(percent(bar.confidence)), right \(percent(bar.accuracy)), \(percent(bar.share)) of the "
                + "answers"
        )
    }
}
