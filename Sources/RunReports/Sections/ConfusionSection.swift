import Reporting

/// What was taken for what.
struct ConfusionSection {
    let scores: ClassificationScores
    let classNames: [String]
    /// More rows than this nobody reads; those with the most mistakes are shown.
    static let mostClasses = 40

    /// Nil for a network of one class.
    func section() -> HTMLPage.Section? {
        guard classNames.count > 1, !scores.answers.isEmpty else { return nil }
        let confusions = scores.confusions
        let classes = shown(confusions)
        let chart = MatrixChart(
            title: "Confusion matrix", names: classes.map { ReportText.name(classNames, $0) },
            counts: scores.matrix(of: classes))
        var table = HTMLTable([.left("what it is"), .left("was taken for"), .right("images")])
        for confusion in confusions.prefix(8) {
            table.addRow([
                .name(ReportText.name(classNames, confusion.label)),
                .name(ReportText.name(classNames, confusion.predicted)), .text(TextTable.grouped(confusion.count)),
            ])
        }
        let part =
            classes.count == classNames.count
            ? ""
            : " Of \(TextTable.grouped(classNames.count)) classes the \(classes.count) with the most mistakes "
                + "are shown."
        return HTMLPage.Section(
            "What is taken for what",
            .remark(
                .text(
                    "Numbers of images. Blue is right; orange is a mistake, the darker the larger its share of "
                        + "the row.\(part)"
                )),
            .figure(chart.svg()),
            table.isEmpty ? .paragraph("There was no mistake.") : .group([.heading("Most frequent"), table.html]))
    }

    private func shown(_ confusions: [ClassificationScores.Confusion]) -> [Int] {
        guard classNames.count > Self.mostClasses else { return Array(classNames.indices) }
        let mistakes = confusions.reduce(into: [Int: Int]()) {
            $0[$1.label, default: 0] += $1.count
            $0[$1.predicted, default: 0] += $1.count
        }
        return classNames.indices.sorted { (mistakes[$1, default: 0], $0) < (mistakes[$0, default: 0], $1) }
            .prefix(Self.mostClasses).sorted()
    }
}
