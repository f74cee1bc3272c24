import Reporting

/// The memory of several networks side by side: for each the most that is alive in every step, on one scale, the peaks marked.
///
/// ```swift
/// try ComparisonDrawing([strided, selfAttentive]).picture().write(to: "profiles.svg")
/// ```
public struct ComparisonDrawing: Sendable {
    /// What is drawn, from the left to the right.
    public let reports: [PlanReport]

    /// A drawing of reports.
    public init(_ reports: [PlanReport]) { self.reports = reports }

    private static let top = 84.0
    private static let height = 300.0
    private static let left = 92.0
    private static let gap = 36.0

    /// The picture.
    ///
    /// - Parameter width: in pixels, at least 640.
    public func picture(width: Double = 1200) -> SVG {
        let names = reports.map { StepNames($0.steps.map(\.name)) }
        let longest = names.flatMap(\.labels).map { SVG.textWidth($0, size: Self.nameSize) }.max() ?? 0
        let bottom = Self.top + Self.height
        var svg = SVG(
            width: max(640, width), height: bottom + longest + 44, title: "Memory of \(reports.count) networks")
        let largest = reports.map { max($0.arenaBytes, $0.fits?.sram?.budgetBytes ?? 0) }.max() ?? 1
        let scale = Scale(domain: 0...Double(max(1, largest)) * 1.08, from: bottom, to: Self.top)
        svg.add(grid(scale, right: svg.width - 20))
        let count = Double(max(1, reports.count))
        let panel = (svg.width - 20 - Self.left - (count - 1) * Self.gap) / count
        for (index, report) in reports.enumerated() {
            let x = Self.left + Double(index) * (panel + Self.gap)
            svg.add(profile(report, names[index], scale, x: x, width: panel, color: Palette.color(index)))
        }
        return svg
    }

    private static let nameSize = 9.5

    private func grid(_ scale: Scale, right: Double) -> [SVGElement] {
        scale.byteTicks(count: 6).flatMap { tick in
            let y = scale(tick)
            return [
                SVGElement.line(x1: Self.left, y1: y, x2: right, y2: y).stroke(Palette.grid),
                SVGElement.text(ByteSize.text(Int(tick)), x: Self.left - 8, y: y + 4, size: 12, anchor: .end).fill(
                    Palette.ink),
            ]
        }
    }

    private func profile(
        _ report: PlanReport, _ names: StepNames, _ scale: Scale, x: Double, width: Double, color: String
    ) -> [SVGElement] {
        let step = width / Double(max(1, report.steps.count))
        let bottom = scale(0)
        var elements: [SVGElement] = [
            .text(clipped(report.network, size: 15, width), x: x, y: 26, size: 15, bold: true).fill(Palette.ink),
            .text(
                clipped(
                    "image \(report.resolution.height)×\(report.resolution.width) · arena \(ByteSize.text(report.arenaBytes)) "
                        + (report.pushesRows ? "rows pushed" : report.hasStripes ? "in stripes" : "without stripes"),
                    size: 12.5, width), x: x, y: 46, size: 12.5
            ).fill(Palette.fadedInk),
        ]
        for stripe in report.stripes where stripe.first < stripe.last {
            elements.append(
                SVGElement.rect(
                    x: x + Double(stripe.first) * step, y: bottom + 2,
                    width: Double(stripe.last - stripe.first + 1) * step - 1, height: 5
                ).fill(color).opacity(0.6).tooltip("steps \(stripe.first) to \(stripe.last) run together, row by row"))
        }
        for (index, item) in report.steps.enumerated() {
            let y = scale(Double(item.liveBytes))
            let isPeak = index == report.peakStep
            elements.append(
                SVGElement.rect(x: x + Double(index) * step, y: y, width: max(0.5, step - 0.6), height: bottom - y)
                    .fill(color).opacity(isPeak ? 1 : 0.55)
                    .tooltip("\(item.name): \(item.operation)\n\(TextTable.grouped(item.liveBytes)) B alive"))
            guard isPeak || index % max(1, Int((11 / step).rounded(.up))) == 0 else { continue }
            let (labelX, labelY) = (x + (Double(index) + 0.5) * step + 3.5, bottom + 14)
            elements.append(
                SVGElement.text(
                    names.labels[index], x: labelX, y: labelY, size: Self.nameSize, anchor: .end, bold: isPeak
                )
                .rotated(degrees: -90, aroundX: labelX, y: labelY).fill(Palette.ink))
        }
        elements += peak(report, scale, x: x, step: step, width: width)
        return elements
    }

    private func peak(_ report: PlanReport, _ scale: Scale, x: Double, step: Double, width: Double) -> [SVGElement] {
        let item = report.steps[report.peakStep]
        let centre = x + (Double(report.peakStep) + 0.5) * step
        let isLeft = centre < x + width / 2
        var elements: [SVGElement] = [
            .text(
                "peak \(ByteSize.text(item.liveBytes))", x: centre, y: scale(Double(item.liveBytes)) - 6,
                size: 13, anchor: isLeft ? .start : .end, bold: true
            ).fill(Palette.ink)
        ]
        if let budget = report.fits?.sram?.budgetBytes {
            let y = scale(Double(budget))
            elements.append(.line(x1: x, y1: y, x2: x + width, y2: y).stroke("#B00020", width: 1.5, dashes: [6, 4]))
            elements.append(
                .text("budget \(ByteSize.text(budget))", x: x + width, y: y - 5, size: 12, anchor: .end).fill("#B00020")
            )
        }
        return elements
    }

    private func clipped(_ text: String, size: Double, _ width: Double) -> String {
        guard SVG.textWidth(text, size: size) > width else { return text }
        var clipped = text
        while clipped.count > 1, SVG.textWidth(clipped + "…", size: size) > width { clipped.removeLast() }
        return clipped + "…"
    }
}
