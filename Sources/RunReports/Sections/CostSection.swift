import Planning
import Reporting

/// What each step of the device costs.
struct CostSection {
    let plan: PlanReport
    static let mostRows = 400

    func section() -> HTMLPage.Section {
        let layers = Dictionary(plan.layers.map { ($0.name, $0) }) { first, _ in first }
        var table = HTMLTable([
            .left("step"), .left("operation"), .right("output"), .right("MACs"), .right("parameters"), .right("alive"),
            .right("instructions"), .right("cycles"),
        ])
        for (index, step) in plan.steps.prefix(Self.mostRows).enumerated() {
            func sum(_ cost: (PlanReport.Layer) -> Int) -> Int {
                step.nodes.reduce(0) { sum, node in
                    let (total, overflow) = sum.addingReportingOverflow(layers[node].map(cost) ?? 0)
                    return overflow ? .max : total
                }
            }
            table.addRow(
                [
                    .text(ReportText.shown(step.name)), .text(step.operation),
                    .text(ReportText.shape(step.outputShape)),
                    .text(TextTable.grouped(step.macs)), .text(TextTable.grouped(step.parameters)),
                    .text(ByteSize.text(step.liveBytes)), .text(ReportText.millions(sum(\.instructions))),
                    .text(ReportText.millions(sum(\.estimatedCycles))),
                ], isMarked: index == plan.peakStep)
        }
        let rest =
            plan.steps.count > Self.mostRows
            ? " The first \(Self.mostRows) of \(TextTable.grouped(plan.steps.count)) steps." : ""
        return HTMLPage.Section(
            "What each layer costs",
            .remark(
                .text(
                    "\(TextTable.grouped(plan.parameters)) parameters, "
                        + "\(TextTable.grouped(plan.multiplyAccumulates)) multiply-accumulates an "
                        + "image. Alive: the bytes in SRAM while the step runs; the fullest is marked. "
                        + "Instructions and cycles are estimates for \(plan.core.name), no measurement: "
                        + "\(ReportText.millions(plan.instructions)) instructions and "
                        + "\(ReportText.millions(plan.estimatedCycles)) cycles in all.\(rest)")), table.html)
    }
}
