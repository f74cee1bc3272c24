import Foundation
import Reporting

extension FitSummary {
    /// Everything, for people.
    public var text: String {
        let parts = [
            survey.sentences.joined(separator: "\n"),
            "\(TextTable.grouped(images[0])) images to train on, \(TextTable.grouped(images[1])) to choose by, \(TextTable.grouped(images[2])) for "
                + "the figures below, which nothing was chosen by",
            "\(counted(considered, "network")) looked at, \(TextTable.grouped(fitting)) of the best keep to \(budget.text):\n\n\(table)",
            remarks.joined(separator: "\n"), figures,
        ]
        return parts.filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    private var table: TextTable {
        let rungs = rows.map(\.scores.count).max() ?? 0
        var table = TextTable(
            [.left("network"), .right("pixels"), .right("SRAM"), .right("flash"), .right("MACs")]
                + (0..<rungs).map { .right("rung \($0 + 1) %") } + [.left("")])
        for row in rows {
            let scores = (0..<rungs).map {
                row.scores.indices.contains($0) ? String(format: "%.2f", row.scores[$0] * 100) : ""
            }
            table.addRow(
                [
                    row.title, "\(row.resolution)",
                    ByteSize.text(row.sramBytes), ByteSize.text(row.flashBytes), TextTable.grouped(row.macs),
                ] + scores + [row.verdict])
        }
        return table
    }

    private var figures: String {
        var table = TextTable([.left("step"), .left(stepScoreName)])
        for step in steps { table.addRow([step.what, step.score]) }
        table.addRow(["on \(counted(quantized.images, "image"))", ""])
        var lines = ["the winner is \(winner.title), \(winner.resolution) pixels:", "\(table)"]
        if !quantized.confusion.isEmpty {
            let shares = zip(survey.classNames, quantized.classShares).map { name, share in
                "\(name.printableName) \(share.map { String(format: "%.0f %%", $0.share * 100) } ?? "–")"
            }
            lines.append("int8 by class: \(shares.joined(separator: ", "))")
        }
        lines.append(deviceText)
        return lines.joined(separator: "\n\n")
    }

    /// What the device takes, and whether it was run; a line each.
    package var deviceText: String {
        var text = "SRAM \(TextTable.grouped(device.sramBytes)) B, flash \(TextTable.grouped(device.flashBytes)) B"
        if let instructions = device.instructions, let cycles = device.estimatedCycles {
            text +=
                ", \(TextTable.grouped(instructions)) instructions, by the core's table of timings \(TextTable.grouped(cycles)) cycles"
        }
        text += String(
            format: ", some %.1f ms at %g MHz (an estimate without wait states)", device.estimatedMilliseconds,
            device.megahertz)
        if let target = device.libraryTarget, let bytes = device.libraryBytes {
            text += "\nlibrary for C: \(target), \(TextTable.grouped(bytes)) B of archive"
        } else if let reason = device.withoutLibrary {
            text += "\nno library for C: \(reason)"
        }
        if let reason = device.withoutEmulator { return text + "\nnot run on an emulated core: \(reason)" }
        return text
            + "\n\(device.equalAnswers) of \(counted(device.emulatedImages, "image")) on the emulated core give the host's bytes"
    }
}
