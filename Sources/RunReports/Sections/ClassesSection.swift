import Reporting

/// How well each class is told.
struct ClassesSection {
    let scores: ClassificationScores
    let classNames: [String]
    /// Images of each class that it was trained on; empty where nobody knows.
    let trainingCounts: [Int]
    static let mostRows = 200

    /// The classes, the worst first.
    func section() -> HTMLPage.Section {
        let knowsTraining = trainingCounts.count == classNames.count
        var table = HTMLTable(
            [.left("class"), .right("images")] + (knowsTraining ? [.right("trained on")] : [])
                + [.right("recall"), .right("95 % interval"), .right("precision"), .right("F1")])
        let all = ClassScores.all(of: scores).filter { $0.images > 0 || $0.said > 0 }
            .sorted { ($0.f1 ?? 0, $0.label) < ($1.f1 ?? 0, $1.label) }
        for one in all.prefix(Self.mostRows) {
            let interval = ProportionInterval(successes: one.right, of: one.images)
            table.addRow(
                [.name(ReportText.name(classNames, one.label)), .text(TextTable.grouped(one.images))]
                    + (knowsTraining ? [.text(TextTable.grouped(trainingCounts[one.label]))] : [])
                    + [
                        .text(ReportText.percent(one.recall)),
                        .text(one.images > 0 ? ReportText.interval(interval.lower, interval.upper) : "–"),
                        .text(ReportText.percent(one.precision)), .text(ReportText.percent(one.f1)),
                    ])
        }
        let rest = all.count > Self.mostRows ? " The \(Self.mostRows) worst of \(TextTable.grouped(all.count))." : ""
        return HTMLPage.Section(
            "Each class",
            .remark(
                .text(
                    "Recall: the share of its images that are found. Precision: how often it is right where it "
                        + "names the class. F1 is their harmonic mean; the worst comes first.\(rest)"
                )), table.html)
    }
}
