import Detection
import Reporting

/// How well objects of each class are found.
struct DetectionSection {
    let scores: COCOEvaluation
    let outcomes: [DetectionOutcome]
    /// From which on detections count in them.
    let score: Double
    let classNames: [String]
    /// Objects of each class among the images.
    let objectCounts: [Int]
    /// More curves than this nobody tells apart.
    static let mostCurves = 8
    static let mostRows = 200

    func section() -> HTMLPage.Section {
        let order = classNames.indices.sorted { (objectCounts[$1], $0) < (objectCounts[$0], $1) }
        let drawn = order.filter { !scores.classPrecisionsAt50[$0].isEmpty }.prefix(Self.mostCurves)
        var chart = LineChart(
            title: "Precision over recall", xLabel: "recall, %", yLabel: "precision, %",
            series: drawn.map { label in
                LineChart.Series(
                    name: ReportText.name(classNames, label),
                    points: zip(COCOEvaluation.recalls, scores.classPrecisionsAt50[label]).map { ($0 * 100, $1 * 100) })
            }, yDomain: 0...100)
        (chart.width, chart.height) = (620, 380)
        return HTMLPage.Section(
            "What is found",
            .remark(
                .text(
                    "At an overlap of 0.50: going down its detections from the surest on, the share that is "
                        + "right over the share of the objects that are "
                        + "found. A curve that stays at the top, and far to the right, is what one wants.")),
            .figure(chart.svg()), table(order))
    }

    private func table(_ order: [Int]) -> HTML {
        var (found, alarms, missed) = (
            [Int](repeating: 0, count: classNames.count), [Int](repeating: 0, count: classNames.count),
            [Int](repeating: 0, count: classNames.count)
        )
        for outcome in outcomes {
            for one in outcome.found where found.indices.contains(one.label) { found[one.label] += 1 }
            for one in outcome.falseAlarms where alarms.indices.contains(one.label) { alarms[one.label] += 1 }
            for one in outcome.missed where missed.indices.contains(one.label) { missed[one.label] += 1 }
        }
        var table = HTMLTable([
            .left("class"), .right("objects"), .right("AP"), .right("AP@0.50"), .right("found"), .right("missed"),
            .right("false alarms"),
        ])
        for label in order.prefix(Self.mostRows) {
            table.addRow([
                .name(ReportText.name(classNames, label)), .text(TextTable.grouped(objectCounts[label])),
                .text(ReportText.percent(scores.classAveragePrecision[label])),
                .text(ReportText.percent(scores.classAveragePrecisionAt50[label])),
                .text(TextTable.grouped(found[label])), .text(TextTable.grouped(missed[label])),
                .text(TextTable.grouped(alarms[label])),
            ])
        }
        return .group([
            .remark(
                .text(
                    "Found, missed and false alarms: among detections of a score of "
                        + "\(ReportText.fixed(score, 2)) or more, at which they are best balanced."
                )), table.html,
        ])
    }
}
