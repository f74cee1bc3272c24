import Reporting

/// Where things are in a drawing of the arena, in pixels.
struct ArenaFrame {
    let width: Double
    let height: Double
    let left = 92.0
    let right: Double
    let top = 106.0
    let bottom: Double
    /// Width of one step.
    let step: Double
    /// From bytes to pixels, upwards.
    let y: Scale

    init(_ report: PlanReport, _ names: StepNames, width: Double) {
        self.width = width
        right = width - 20
        bottom = top + 520
        let longest = names.labels.map { SVG.textWidth($0, size: 10.5) }.max() ?? 0
        height = bottom + 20 + longest + 34
        step = (right - left) / Double(max(1, report.steps.count))
        // A budget far above the arena would press everything flat.
        let tallest = max(1, report.arenaBytes)
        let budget = report.fits?.sram.map(\.budgetBytes).flatMap { $0 / 2 <= tallest ? $0 : nil } ?? 0
        y = Scale(domain: 0...Double(max(tallest, budget)) * 1.06, from: bottom, to: top)
    }

    /// The left edge of a step.
    func x(_ index: Double) -> Double { left + index * step }

    /// As much of a text as fits between the edges; names in the project's own notation can be long.
    func clipped(_ text: String, size: Double) -> String {
        var clipped = text.prefix(400)
        while clipped.count > 1, SVG.textWidth(clipped + "…", size: size) > right - left { clipped.removeLast() }
        return clipped.count == text.count ? text : clipped + "…"
    }
}

/// A buffer's rectangle, in pixels.
struct Block {
    let buffer: Buffer
    let x: Double
    let y: Double
    let width: Double
    let height: Double

    init(_ buffer: Buffer, _ frame: ArenaFrame) {
        self.buffer = buffer
        x = frame.x(Double(buffer.first))
        y = frame.y(Double(buffer.offset + buffer.bytes))
        width = frame.x(Double(buffer.last + 1)) - x
        height = frame.y(Double(buffer.offset)) - y
    }
}

/// The text of a rectangle: the longest choice that fits, lying where there is room and standing otherwise.
struct BlockLabel {
    private let text: String
    private let isStanding: Bool
    private static let size = 11.0

    init?(choices: [String], width: Double, height: Double) {
        for isStanding in [false, true] {
            let (length, thickness) = isStanding ? (height, width) : (width, height)
            guard thickness >= Self.size + 1 else { continue }
            if let text = choices.first(where: { !$0.isEmpty && SVG.textWidth($0, size: Self.size) + 4 <= length }) {
                self.text = text
                self.isStanding = isStanding
                return
            }
        }
        return nil
    }

    /// The text around a point.
    func element(x: Double, y: Double) -> SVGElement {
        let element = SVGElement.text(
            text, x: isStanding ? x + 4 : x, y: isStanding ? y : y + 4, size: Self.size, anchor: .middle)
        return isStanding ? element.rotated(degrees: -90, aroundX: x + 4, y: y) : element
    }
}
