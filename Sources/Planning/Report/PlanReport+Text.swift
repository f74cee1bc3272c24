import Foundation
import Networks
import Reporting

extension PlanReport {
    /// The report for a terminal: totals, one line for each step with the peak marked, verdicts, warnings and the convention.
    public func text() -> String {
        var parts = [header, table.description]
        if let verdicts { parts.append(verdicts) }
        if !warnings.isEmpty { parts.append(warnings.map { Self.wrapped("warning: " + $0) }.joined(separator: "\n")) }
        parts.append(Self.wrapped("Counted: " + convention))
        return parts.joined(separator: "\n\n")
    }

    private var header: String {
        let side = "\(resolution.height)×\(resolution.width)"
        let channels = layers.first?.outputShape.first.map { "\($0)×" } ?? ""
        let gap = arenaBytes - lowerBoundBytes
        let bound = gap == 0 ? "optimal: equal to its lower bound" : "lower bound \(ByteSize.text(lowerBoundBytes))"
        let rows = [
            ("arena", "\(ByteSize.text(arenaBytes)) (\(TextTable.grouped(arenaBytes)) B; \(bound))"),
            ("flash", "\(ByteSize.text(flashBytes)) (\(TextTable.grouped(flashBytes)) B)"),
            ("parameters", TextTable.grouped(parameters)),
            ("MACs", TextTable.grouped(multiplyAccumulates)),
            ("largest input + output", ByteSize.text(simplePeakBytes)),
        ]
        let lines = rows.map { $0.0.padding(toLength: 24, withPad: " ", startingAt: 0) + $0.1 }
        return (["\(network), image \(channels)\(side), width \(width)", ""] + lines).joined(separator: "\n")
    }

    private var table: TextTable {
        var table = TextTable([
            .right("step"), .left("layer"), .left("operation"), .right("output"), .right("MACs"), .right("parameters"),
            .right("output B"), .right("live B"), .left(""),
        ])
        for (index, step) in steps.enumerated() {
            table.addRow([
                "\(index)", step.name, step.operation, step.outputShape.map(String.init).joined(separator: "×"),
                TextTable.grouped(step.macs), TextTable.grouped(step.parameters), TextTable.grouped(step.outputBytes),
                TextTable.grouped(step.liveBytes), index == peakStep ? "◀ peak" : "",
            ])
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
