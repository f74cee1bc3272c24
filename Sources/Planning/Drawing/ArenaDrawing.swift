import Reporting

/// The arena over time: steps from the left to the right, bytes from the bottom up, each buffer a rectangle where it lies and
/// while it lives. The fullest step is marked, the lower bound dashed, the budget a line.
///
/// ```swift
/// try ArenaDrawing(report).picture().write(to: "arena.svg")
/// ```
public struct ArenaDrawing: Sendable {
    /// What is drawn.
    public let report: PlanReport

    /// A drawing of a report's arena; a verdict on SRAM brings its budget with it.
    public init(_ report: PlanReport) { self.report = report }

    /// The picture.
    ///
    /// - Parameter width: in pixels, at least 640; names need about 12 a step to be readable.
    public func picture(width: Double = 1200) -> SVG {
        let names = StepNames(report.steps.map(\.name))
        let frame = ArenaFrame(report, names, width: max(640, width))
        var svg = SVG(width: frame.width, height: frame.height, title: "Arena of \(report.network)")
        svg.add(heading(frame))
        svg.add(legend(frame))
        svg.add(grid(frame))
        let blocks = report.buffers.filter { $0.bytes > 0 }.map { Block($0, frame) }
        for block in blocks { svg.add(rectangle(block)) }
        svg.add(peak(frame))
        for block in blocks { svg.add(label(block, names)) }
        svg.add(lines(frame))
        svg.add(stepLabels(frame, names))
        return svg
    }

    private func heading(_ frame: ArenaFrame) -> [SVGElement] {
        let side = "\(report.resolution.height)×\(report.resolution.width)"
        let gap =
            report.arenaBytes == report.lowerBoundBytes
            ? "its lower bound" : "lower bound \(size(report.lowerBoundBytes))"
        let built = report.width.map { ["width \($0)"] } ?? []
        let facts =
            ["image \(side)"] + built + [
                "arena \(size(report.arenaBytes)) (\(gap))",
                "flash \(size(report.flashBytes))", "\(TextTable.grouped(report.multiplyAccumulates)) MACs", "int8",
            ]
        return [
            .text(frame.clipped(report.network, size: 18), x: frame.left, y: 28, size: 18, bold: true).fill(
                Palette.ink),
            .text(facts.joined(separator: " · "), x: frame.left, y: 48, size: 13).fill(Palette.fadedInk),
        ]
    }

    private func legend(_ frame: ArenaFrame) -> [SVGElement] {
        let present = Set(report.buffers.filter { $0.bytes > 0 }.map(category))
        var x = frame.left
        var elements: [SVGElement] = []
        for category in BufferCategory.allCases where present.contains(category) {
            elements.append(.rect(x: x, y: 61, width: 12, height: 12, cornerRadius: 2).fill(category.color))
            elements.append(.text(category.rawValue, x: x + 17, y: 71, size: 12).fill(Palette.ink))
            x += 17 + SVG.textWidth(category.rawValue, size: 12) + 18
        }
        return elements
    }

    private func grid(_ frame: ArenaFrame) -> [SVGElement] {
        var elements: [SVGElement] = []
        let ticks = frame.y.byteTicks(count: 8)
        for (tick, label) in zip(ticks, Self.labels(ticks)) {
            let y = frame.y(tick)
            elements.append(.line(x1: frame.left, y1: y, x2: frame.right, y2: y).stroke(Palette.grid))
            elements.append(
                .text(label, x: frame.left - 8, y: y + 4, size: 12, anchor: .end).fill(Palette.ink))
        }
        let middle = (frame.top + frame.bottom) / 2
        elements.append(
            .text("address in the arena", x: 20, y: middle, size: 13, anchor: .middle)
                .rotated(degrees: -90, aroundX: 20, y: middle).fill(Palette.ink))
        return elements
    }

    /// Sizes in the unit of their distance, so that none is rounded.
    private static func labels(_ ticks: [Double]) -> [String] {
        let distance = ticks.count > 1 ? ticks[1] - ticks[0] : 1
        let (unit, name) = distance >= 1_048_576 ? (1_048_576, "MiB") : distance >= 1024 ? (1024, "KiB") : (1, "B")
        return ticks.map { "\(TextTable.grouped(Int($0) / unit)) \(name)" }
    }

    private func rectangle(_ block: Block) -> SVGElement {
        let buffer = block.buffer
        let writer = report.writer(of: buffer)
        let what =
            switch buffer.role {
            case .scratch: "scratch of \(writer.operation)"
            case .lines: "\(counted(buffer.rows, "row")) of \(writer.operation), \(shape(of: writer))"
            case .input, .activation: "\(writer.operation), \(shape(of: writer))"
            }
        return .rect(x: block.x, y: block.y, width: block.width, height: max(0.5, block.height))
            .fill(category(buffer).color).stroke(Palette.background, width: 0.75)
            .tooltip(
                "\(buffer.name): \(what)\n\(TextTable.grouped(buffer.bytes)) B at \(TextTable.grouped(buffer.offset)), "
                    + "steps \(buffer.first) to \(buffer.last)")
    }

    /// A block's name where there is room for it, in front of the peak's shade.
    private func label(_ block: Block, _ names: StepNames) -> [SVGElement] {
        let buffer = block.buffer
        let size = size(buffer.bytes)
        let short = names.choices(buffer.name)
        let shape = buffer.role == .scratch ? [] : ["\(short[0]) · \(shape(of: report.writer(of: buffer))) · \(size)"]
        let choices = shape + short.prefix(2).map { "\($0) · \(size)" } + short
        guard let label = BlockLabel(choices: choices, width: block.width, height: block.height) else { return [] }
        let color = category(buffer).color
        return [
            label.element(x: block.x + block.width / 2, y: block.y + block.height / 2).ink(on: color)
        ]
    }

    private func peak(_ frame: ArenaFrame) -> [SVGElement] {
        let x = frame.x(Double(report.peakStep))
        let centre = x + frame.step / 2
        let step = report.steps[report.peakStep]
        let text = "peak: \(size(step.liveBytes)) alive in step \(report.peakStep)"
        let isLeft = centre < (frame.left + frame.right) / 2
        return [
            .rect(x: x, y: frame.top, width: frame.step, height: frame.bottom - frame.top).fill(Palette.ink)
                .opacity(0.2),
            .path("M\(SVG.number(centre - 5)) \(SVG.number(frame.top - 9)) h10 l-5 8 Z").fill(Palette.ink),
            .text(
                text, x: isLeft ? centre + 10 : centre - 10, y: frame.top - 4, size: 13, anchor: isLeft ? .start : .end,
                bold: true
            ).fill(Palette.ink),
        ]
    }

    /// The lower bound and the budget; the higher line has its name above, the lower one below, so that they never meet.
    private func lines(_ frame: ArenaFrame) -> [SVGElement] {
        let bound = report.lowerBoundBytes
        let budget = report.fits?.sram?.budgetBytes
        var elements: [SVGElement] = []
        func add(_ bytes: Int, _ text: String, color: String, width: Double, dashes: [Double], isAbove: Bool) {
            let y = frame.y(Double(bytes))
            elements.append(
                .line(x1: frame.left, y1: y, x2: frame.right, y2: y).stroke(color, width: width, dashes: dashes))
            elements.append(
                SVGElement.text(
                    text, x: frame.right - 4, y: isAbove ? y - 5 : y + 15, size: 13, anchor: .end, bold: true
                )
                .fill(color).attribute("stroke", Palette.background).attribute("stroke-width", "3")
                .attribute("paint-order", "stroke"))
        }
        let isBudgetShown = budget.map { Double($0) <= frame.y.domain.upperBound } ?? false
        add(
            bound, "lower bound \(size(bound))", color: Palette.ink, width: 1.5, dashes: [7, 4],
            isAbove: !isBudgetShown || bound >= (budget ?? 0))
        guard let budget else { return elements }
        let isKept = report.arenaBytes <= budget
        let color = isKept ? "#00704F" : "#B00020"
        if isBudgetShown {
            add(budget, "SRAM budget \(size(budget))", color: color, width: 2, dashes: [], isAbove: budget > bound)
        } else {
            elements.append(
                .text(
                    "SRAM budget \(size(budget)): far above ↑", x: frame.right - 4, y: frame.top - 4, size: 13,
                    anchor: .end
                )
                .fill(color))
        }
        return elements
    }

    private func stepLabels(_ frame: ArenaFrame, _ names: StepNames) -> [SVGElement] {
        let digits = Double(String(report.steps.count).count)
        let spacing = max(1, Int((max(11, digits * 6) / frame.step).rounded(.up)))
        var elements: [SVGElement] = [
            .line(x1: frame.left, y1: frame.bottom, x2: frame.right, y2: frame.bottom).stroke(Palette.ink),
            .line(x1: frame.left, y1: frame.top, x2: frame.left, y2: frame.bottom).stroke(Palette.ink),
        ]
        for index in report.steps.indices {
            let isPeak = index == report.peakStep
            let isNearPeak = abs(index - report.peakStep) < spacing
            guard isPeak || (index % spacing == 0 && !isNearPeak) else { continue }
            let centre = frame.x(Double(index)) + frame.step / 2
            let (x, y) = (centre + 3.5, frame.bottom + 20)
            elements.append(
                .text("\(index)", x: centre, y: frame.bottom + 13, size: 9.5, anchor: .middle, bold: isPeak).fill(
                    Palette.fadedInk))
            elements.append(
                .text(names.labels[index], x: x, y: y, size: 10.5, anchor: .end, bold: isPeak)
                    .rotated(degrees: -90, aroundX: x, y: y).fill(Palette.ink))
        }
        elements.append(
            .text(
                "steps, in order of execution", x: (frame.left + frame.right) / 2, y: frame.height - 10, size: 13,
                anchor: .middle
            )
            .fill(Palette.ink))
        return elements
    }

    private func category(_ buffer: Buffer) -> BufferCategory {
        BufferCategory(buffer, writer: report.writer(of: buffer))
    }

    private func shape(of step: PlanReport.Step) -> String { step.outputShape.map(String.init).joined(separator: "×") }

    private func size(_ bytes: Int) -> String { ByteSize.text(bytes) }
}

/// What a buffer's colour says.
private enum BufferCategory: String, CaseIterable {
    case input = "image"
    case convolution = "convolution, linear"
    case depthwise = "depthwise convolution"
    case pooling = "pooling"
    case attention = "attention"
    case other = "other operation"
    case scratch = "scratch"

    init(_ buffer: Buffer, writer: PlanReport.Step) {
        switch buffer.role {
        case .input: self = .input
        case .scratch: self = .scratch
        case .activation, .lines:
            switch writer.family {
            case .image: self = .input
            case .convolution: self = .convolution
            case .depthwise: self = .depthwise
            case .pooling: self = .pooling
            case .attention: self = .attention
            case .other: self = .other
            }
        }
    }

    var color: String {
        switch self {
        case .input: Palette.color(6)
        case .convolution: Palette.color(0)
        case .depthwise: Palette.color(5)
        case .pooling: Palette.color(2)
        case .attention: Palette.color(1)
        case .other: Palette.color(3)
        case .scratch: Palette.color(4)
        }
    }
}
