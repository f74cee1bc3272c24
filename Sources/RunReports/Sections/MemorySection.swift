import Planning
import Reporting

/// What lies in SRAM, step by step.
struct MemorySection {
    let plan: PlanReport

    func section() -> HTMLPage.Section {
        let peak = plan.steps[plan.peakStep]
        var verdicts: [HTML] = []
        for verdict in [plan.fits?.sram, plan.fits?.flash].compactMap({ $0 }) {
            verdicts.append(
                .element(.p, [.style(verdict.fits ? .good : .bad)], [.text(Self.sentence(verdict.sentence))]))
        }
        return HTMLPage.Section(
            "The arena over time",
            .paragraph(
                .text(
                    "All values of the network in int8, at their places in one block of "
                        + "\(ByteSize.text(plan.arenaBytes)). It is fullest at "
                ),
                .code(ReportText.shown(peak.name)),
                .text(
                    " (\(peak.operation), \(ReportText.shape(peak.outputShape)))."
                )), .group(verdicts), .figure(ArenaDrawing(plan).picture(width: 1060)))
    }

    private static func sentence(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() + "." }
}
