import Foundation
import Networks
import Reporting

extension PlanReport {
    /// The report for a terminal: totals, one line for each step with the peak marked, verdicts, warnings and the convention.
    public func text() -> String {
        var parts = [header, table.description]
        if let attentionTable { parts.append(attentionTable.description) }
        if let verdicts { parts.append(verdicts) }
        if !warnings.isEmpty { parts.append(warnings.map { Self.wrapped("warning: " + $0) }.joined(separator: "\n")) }
        parts.append(Self.wrapped("Counted: " + convention))
        return parts.joined(separator: "\n\n")
    }

    private var header: String {
        let side = "\(resolution.height)×\(resolution.width)"
        let channels = layers.first?.outputShape.first.map { "\($0)×" } ?? ""
        let gap = arenaBytes - lowerBoundBytes
        let bound =
            gap == 0
            ? "optimal: equal to its lower bound"
            : "\(isOptimal ? "optimal for its stripes; " : "")lower bound \(ByteSize.text(lowerBoundBytes))"
        let beside = [
            (footprint.windowBytes, "windows"), (footprint.stateBytes, "state"), (footprint.stackBytes, "stack"),
            (reservedBytes, "reserved"),
        ].filter { $0.0 > 0 }.map { "\(ByteSize.text($0.0)) \($0.1)" }
        var rows = [
            ("SRAM", "\(Self.size(peakSRAMBytes)): the arena, \(beside.joined(separator: ", "))"),
            ("  arena", "\(ByteSize.text(arenaBytes)) (\(TextTable.grouped(arenaBytes)) B; \(kind); \(bound))"),
            ("    without stripes", Self.size(arenaBytesWithoutStripes)),
            ("    with stripes", Self.size(arenaBytesWithStripes)),
            (
                "    rows pushed",
                Self.size(arenaBytesRowsPushed) + (imagePassesRowsPushed > 1 ? ", the image pushed twice" : "")
            ),
            (
                "flash",
                "\(Self.size(flashBytes)): \(ByteSize.text(footprint.weightsBytes)) weights, \(ByteSize.text(footprint.codeBytes)) code"
            ),
            ("parameters", TextTable.grouped(parameters)),
            ("MACs", TextTable.grouped(multiplyAccumulates)),
            ("instructions", "about \(TextTable.grouped(instructions)) on a \(core.name)"),
            ("estimated cycles", cycles),
            ("largest input + output", Self.size(simplePeakBytes)),
        ]
        if retainingPeakBytes > simplePeakBytes {
            rows.append(("  with what pooling keeps", Self.size(retainingPeakBytes)))
        }
        for cost in glances {
            let tokens = "\(cost.tokens) token\(cost.tokens == 1 ? "" : "s") of \(cost.channels) channels"
            rows.append(
                (
                    cost.name,
                    "\(tokens), \(Self.size(cost.bytes)) held up to step \(cost.lastStep); made with "
                        + "\(TextTable.grouped(cost.macs)) MACs, \(Self.size(cost.peakBytes)) alive meanwhile"
                ))
        }
        let lines = rows.map { $0.0.padding(toLength: 26, withPad: " ", startingAt: 0) + $0.1 }
        let built = width.map { ", width \($0)" } ?? ""
        return (["\(network), image \(channels)\(side)\(built)", ""] + lines).joined(separator: "\n")
    }

    /// With the name of the table that they are a sum over, so that nobody takes them for a measurement.
    private var cycles: String {
        let sum = "about \(TextTable.grouped(estimatedCycles)) by the table \(core.timingTable), not measured"
        guard let megahertz, let milliseconds = estimatedMilliseconds else { return sum }
        // More digits than two are more than an estimate has.
        let digits = milliseconds < 1 ? 3 : milliseconds < 10 ? 1 : 0
        return sum + "; "
            + String(format: "%.\(digits)f ms at %g MHz", milliseconds, megahertz)
    }

    /// What the plan is, in a few words.
    private var kind: String {
        pushesRows
            ? (imagePasses > 1 ? "rows pushed twice" : "rows pushed") : hasStripes ? "in stripes" : "without stripes"
    }

    private static func size(_ bytes: Int) -> String {
        bytes < 1024 ? "\(bytes) B" : "\(ByteSize.text(bytes)) (\(TextTable.grouped(bytes)) B)"
    }

    private var table: TextTable {
        var table = TextTable([
            .right("step"), .left("layer"), .left("operation"), .right("output"), .right("MACs"), .right("parameters"),
            .right("output B"), .right("live B"), .left("stripe"), .left(""),
        ])
        let marks = stripeMarks
        for (index, step) in steps.enumerated() {
            table.addRow([
                "\(index)", step.name, step.operation, step.outputShape.map(String.init).joined(separator: "×"),
                TextTable.grouped(step.macs), TextTable.grouped(step.parameters), TextTable.grouped(step.outputBytes),
                TextTable.grouped(step.liveBytes), marks[index], index == peakStep ? "◀ peak" : "",
            ])
        }
        return table
    }

    /// A bracket beside the steps that run together, with the rows that each keeps of its output.
    private var stripeMarks: [String] {
        var marks = [String](repeating: "", count: steps.count)
        for stripe in stripes where stripe.first < stripe.last {
            for index in stripe.first...stripe.last {
                let buffer = buffers[steps[index].output]
                let bracket = index == stripe.first ? "┌" : index == stripe.last ? "└" : "│"
                let isWhole = buffer.role == .activation || buffer.bytes == steps[index].outputBytes
                marks[index] = bracket + (isWhole ? "" : " \(buffer.rows) row\(buffer.rows == 1 ? "" : "s")")
            }
        }
        return marks
    }

    /// What each attention takes.
    private var attentionTable: TextTable? {
        guard !attentions.isEmpty else { return nil }
        var table = TextTable([
            .left("attention"), .right("tokens"), .right("channels"), .right("heads"), .right("keys, values B"),
            .right("scores B"), .right("waiting map B"), .right("weights B"), .right("MACs"),
        ])
        for cost in attentions {
            table.addRow(
                [cost.name]
                    + [
                        cost.tokens, cost.channels, cost.heads, cost.keysAndValuesBytes, cost.scoresBytes,
                        cost.retainedMapBytes, cost.weightsBytes, cost.macs,
                    ].map(TextTable.grouped))
        }
        return table
    }

    private var verdicts: String? {
        let sentences = [("SRAM ", fits?.sram), ("flash", fits?.flash)].compactMap { name, verdict in
            verdict.map { "\(name)  \($0.sentence)" }
        }
        return sentences.isEmpty ? nil : sentences.joined(separator: "\n")
    }

    /// Lines of at most 100 characters, broken between words.
    private static func wrapped(_ text: String) -> String {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > 100 {
                lines.append(line)
                line = "  " + word
            } else {
                line += line.isEmpty ? String(word) : " " + word
            }
        }
        return (lines + [line]).joined(separator: "\n")
    }
}
