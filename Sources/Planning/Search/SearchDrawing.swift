import Foundation
import Reporting

/// The front of a search: work to the right, memory upwards, both on scales of powers of two, capacity as the size of
/// a dot.
public struct SearchDrawing: Sendable {
    /// What is drawn.
    public let report: SearchReport

    /// A drawing of what a search found.
    public init(_ report: SearchReport) { self.report = report }

    private static let (left, top, right, bottom) = (96.0, 76.0, 24.0, 470.0)

    /// The picture.
    ///
    /// - Parameter width: in pixels, at least 640.
    public func picture(width: Double = 960) -> SVG {
        let width = max(640, width)
        var svg = SVG(width: width, height: Self.bottom + 56, title: "Networks that fit")
        let front = report.front
        let work = Self.exponents(front.map { Double($0.multiplyAccumulates) })
        // The budget is part of the picture, however far the networks stay below it.
        let budget = report.limits.budget.sram.map { [Double(max(1, $0))] } ?? []
        let memory = Self.exponents(front.map { Double($0.sramBytes) } + budget)
        let x = Scale(domain: work, range: Self.left...width - Self.right)
        let y = Scale(domain: memory, from: Self.bottom, to: Self.top)
        svg.add(axes(x, y, width))
        let largest = front.map(\.capacity).max() ?? 1
        var pools: [String] = []
        for result in front where !pools.contains(result.candidate.pool) { pools.append(result.candidate.pool) }
        for (index, pool) in pools.enumerated() {
            let color = Palette.color(index)
            for result in front where result.candidate.pool == pool {
                let radius = 3 + 9 * (result.capacity / max(1, largest)).squareRoot()
                let (cx, cy) = (
                    x(log2(Double(result.multiplyAccumulates))), y(log2(Double(result.sramBytes)))
                )
                svg.add(
                    .rect(
                        x: cx - radius, y: cy - radius, width: 2 * radius, height: 2 * radius, cornerRadius: radius
                    ).fill(color).opacity(0.7).tooltip(
                        "\(result.candidate.network), \(result.candidate.resolution) pixels\n\(ByteSize.text(result.sramBytes)), "
                            + "\(TextTable.grouped(result.multiplyAccumulates)) MACs, \(TextTable.grouped(result.parameters)) parameters"
                    ))
            }
        }
        svg.add(legend(pools, width))
        return svg
    }

    private static func exponents(_ values: [Double]) -> ClosedRange<Double> {
        let low = log2(values.min() ?? 1).rounded(.down)
        return low...max(low + 1, log2(values.max() ?? 2).rounded(.up))
    }

    private func axes(_ x: Scale, _ y: Scale, _ width: Double) -> [SVGElement] {
        var elements: [SVGElement] = []
        for exponent in Int(y.domain.lowerBound)...Int(y.domain.upperBound) where (0..<62).contains(exponent) {
            let line = y(Double(exponent))
            elements.append(
                .line(x1: Self.left, y1: line, x2: width - Self.right, y2: line).stroke(Palette.grid))
            elements.append(
                .text(ByteSize.text(1 << exponent), x: Self.left - 8, y: line + 4, size: 12, anchor: .end).fill(
                    Palette.ink))
        }
        for exponent in Int(x.domain.lowerBound)...Int(x.domain.upperBound) where (0..<62).contains(exponent) {
            let line = x(Double(exponent))
            let millions = Double(1 << exponent) / 1e6
            let label = millions >= 10 ? "\(Int(millions.rounded()))" : "\((millions * 10).rounded() / 10)"
            elements.append(.line(x1: line, y1: Self.top, x2: line, y2: Self.bottom).stroke(Palette.grid))
            elements.append(
                .text(label, x: line, y: Self.bottom + 17, size: 12, anchor: .middle).fill(Palette.ink))
        }
        let (centre, middle) = ((Self.left + width - Self.right) / 2, (Self.top + Self.bottom) / 2)
        elements.append(
            .text("million multiply-accumulates an image", x: centre, y: Self.bottom + 40, size: 13, anchor: .middle)
                .fill(Palette.ink))
        elements.append(
            .text("SRAM", x: 22, y: middle, size: 13, anchor: .middle).rotated(degrees: -90, aroundX: 22, y: middle)
                .fill(Palette.ink))
        if let sram = report.limits.budget.sram, sram > 0 {
            let line = y(log2(Double(sram)))
            elements.append(
                .line(x1: Self.left, y1: line, x2: width - Self.right, y2: line).stroke(
                    "#B00020", width: 1.5, dashes: [6, 4]))
            elements.append(
                .text("budget \(ByteSize.text(sram))", x: Self.left + 6, y: line - 5, size: 12).fill("#B00020"))
        }
        return elements
    }

    private func legend(_ pools: [String], _ width: Double) -> [SVGElement] {
        var elements: [SVGElement] = [
            .text(
                "Networks of which none is better in memory, work and capacity", x: Self.left, y: 26, size: 16,
                bold: true
            )
            .fill(Palette.ink)
        ]
        var (x, y) = (Self.left, 46.0)
        for (index, pool) in pools.enumerated() {
            let length = SVG.textWidth(pool, size: 12) + 38
            if x + length > width { (x, y) = (Self.left, y + 17) }
            elements.append(
                .rect(x: x, y: y - 9, width: 12, height: 12, cornerRadius: 6).fill(Palette.color(index)).opacity(0.7))
            elements.append(.text(pool, x: x + 17, y: y + 1, size: 12).fill(Palette.ink))
            x += length
        }
        return elements
    }
}
