import Foundation
import Reporting
import RunReports
import Training

extension FitSummary {
    /// Images that the page runs on the emulated core: more have run before.
    private static let emulatedImages = 3

    /// Writes the page about the winner's run, with what was tried and what each step cost. A page that is there stays: nothing in it
    /// can have changed.
    ///
    /// - Parameters:
    ///   - figures: the part of the data that the figures are taken on.
    ///   - path: where it goes.
    /// - Throws: what keeps the page from being made, as `RunReport` says it.
    package func writePage(_ figures: EvaluationPart, to path: String) throws {
        guard !FileManager.default.fileExists(atPath: path) else { return }
        var options = RunReport.Options()
        options.part = figures
        options.firmware = firmware
        options.emulates = device.emulatedImages > 0
        options.emulatedImages = min(Self.emulatedImages, device.emulatedImages)
        options.furtherSections = [triedSection, stepsSection]
        try RunReport(RunFolder(run), options).write(to: path)
    }

    /// The networks that competed, and how far each came.
    private var triedSection: HTMLPage.Section {
        let rungs = rows.map(\.scores.count).max() ?? 0
        var table = HTMLTable(
            [.left("network"), .right("pixels"), .right("SRAM"), .right("flash"), .right("MACs")]
                + (0..<rungs).map { .right("rung \($0 + 1)") } + [.left("")])
        for row in rows {
            let scores = (0..<rungs).map { rung -> HTML in
                row.scores.indices.contains(rung) ? .text(String(format: "%.1f %%", row.scores[rung] * 100)) : ""
            }
            table.addRow(
                [
                    .code(row.title), .text("\(row.resolution)"),
                    .text(ByteSize.text(row.sramBytes)), .text(ByteSize.text(row.flashBytes)),
                    .text(TextTable.grouped(row.macs)),
                ] + scores + [.text(row.verdict)], isMarked: row.name == winner.name)
        }
        let count = counted(considered, "network")
        return HTMLPage.Section(
            "What was tried",
            .remark(
                .text(
                    "\(count) looked at, \(TextTable.grouped(fitting)) of the best keep to \(budget.text). Those below were trained for a "
                        + "short while, on each rung the better half for longer. Scores are of the \(counted(images[1], "image")) to choose by."
                )), table.html, .group(remarks.map { .paragraph(.text($0)) }))
    }

    /// The scores from the teacher to the device, and what the device takes.
    private var stepsSection: HTMLPage.Section {
        var table = HTMLTable([.left("step"), .left(stepScoreName)])
        for step in steps { table.addRow([.text(step.what), .text(step.score)]) }
        let lines = deviceText.split(separator: "\n").map { HTML.paragraph(.text(String($0))) }
        return HTMLPage.Section(
            teacherFigures == nil ? "From float to the device" : "From the teacher to the device",
            .remark(
                .text(
                    "On \(counted(quantized.images, "image")) that nothing was chosen by, but where a row says otherwise."
                )),
            table.html, .group(lines))
    }
}
