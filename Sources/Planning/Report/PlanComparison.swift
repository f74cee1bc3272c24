import Networks
import Reporting

/// Several networks under the same rules, side by side.
///
/// ```swift
/// print(PlanComparison([strided, selfAttentive]).text())
/// ```
public struct PlanComparison: Sendable {
    /// In the order in which they were named; ratios are to the first.
    public let reports: [PlanReport]

    /// A comparison of reports that were planned with the same options.
    public init(_ reports: [PlanReport]) { self.reports = reports }

    /// A rule by which memory is counted.
    private static let rules: [(title: String, bytes: @Sendable (PlanReport) -> Int)] = [
        ("in + out", { $0.simplePeakBytes }),
        ("with kept", { $0.retainingPeakBytes }),
        ("no stripes", { $0.arenaBytesWithoutStripes }),
        ("stripes", { $0.arenaBytesWithStripes }),
        ("rows pushed", { $0.arenaBytesRowsPushed }),
        ("this plan", { $0.arenaBytes }),
    ]

    /// A table with a line for each network, and the factors between the first and each of the others; then verdicts.
    public func text() -> String {
        var table = TextTable(
            [.left("network")] + Self.rules.map { .right($0.title) }
                + [.right("flash"), .right("MACs"), .right("cycles")])
        for (index, report) in reports.enumerated() {
            let name = "\(report.network), \(report.resolution.height)×\(report.resolution.width)"
            table.addRow(
                [name] + Self.rules.map { TextTable.grouped($0.bytes(report)) }
                    + [report.flashBytes, report.multiplyAccumulates, report.estimatedCycles].map(TextTable.grouped))
            guard index > 0 else { continue }
            let first = reports[0]
            table.addRow(
                ["  the first is larger by"] + Self.rules.map { Self.factor($0.bytes(first), $0.bytes(report)) }
                    + [
                        Self.factor(first.flashBytes, report.flashBytes),
                        Self.factor(first.multiplyAccumulates, report.multiplyAccumulates),
                        Self.factor(first.estimatedCycles, report.estimatedCycles),
                    ])
        }
        let verdicts = reports.flatMap { report in
            [report.fits?.sram, report.fits?.flash].compactMap { $0.map { "\(report.network): \($0.sentence)" } }
        }
        let core = reports.first.map { "\($0.core.name) (\($0.core.timingTable))" } ?? "the core"
        let rules = """
            Bytes. in + out: the largest input and output of one operation. with kept: the same with what poolings with computed
            weights keep (waiting map, keys, values, scores). no stripes, stripes, rows pushed: the arena, each operation whole; in
            stripes, the image held; in stripes, the image pushed row by row. cycles: about as many on \(core),
            by the table of timings and not measured.
            """
        return ([table.description, rules] + (verdicts.isEmpty ? [] : [verdicts.joined(separator: "\n")]))
            .joined(separator: "\n\n")
    }

    /// How often `b` goes into `a`, `2.53×`.
    private static func factor(_ a: Int, _ b: Int) -> String {
        guard b > 0 else { return "" }
        let hundredths = Int((Double(a) / Double(b) * 100).rounded())
        let rest = hundredths % 100
        return "\(TextTable.grouped(hundredths / 100)).\(rest < 10 ? "0" : "")\(rest)×"
    }
}
