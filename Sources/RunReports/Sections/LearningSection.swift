import Reporting
import Training

/// How the training went, epoch by epoch.
struct LearningSection {
    let metrics: [EpochMetrics]
    /// "accuracy" or "mAP@0.50".
    let scoreName: String
    let isDetector: Bool
    /// Whether a teacher has a part in the loss of training.
    let isTaught: Bool

    /// Nil where no epoch is finished, as of networks that were trained elsewhere.
    func section() -> HTMLPage.Section? {
        guard let last = metrics.last, let best = metrics.max(by: { $0.accuracy < $1.accuracy }) else { return nil }
        let seconds = metrics.reduce(0) { $0 + $1.seconds }
        var text =
            "After \(counted(last.epoch, "epoch")) the \(scoreName) was \(ReportText.percent(last.accuracy)) on "
            + "the evaluation images"
        if !isDetector { text += " and \(ReportText.percent(last.trainAccuracy)) on the training images, augmented" }
        text +=
            best.epoch == last.epoch
            ? "; no epoch was better." : "; epoch \(best.epoch) had \(ReportText.percent(best.accuracy))."
        if seconds >= 1 { text += " Its steps took \(timeText(seconds))." }
        return HTMLPage.Section(
            "Learning", .paragraph(.text(text)), .charts(.figure(scores), .group(losses.map { .figure($0) })))
    }

    private var scores: SVG {
        var series = [line("evaluation", dashed: false) { $0.accuracy * 100 }]
        if !isDetector { series.append(line("training", dashed: true) { $0.trainAccuracy * 100 }) }
        return chart("\(scoreName), %", series)
    }

    /// In one picture where both are the same sum. With a teacher's part, which is times T², a training's is many times the other.
    private var losses: [SVG] {
        let evaluation = line("evaluation", dashed: false) { $0.loss }
        let training = line("training", dashed: true) { $0.trainLoss }
        return isTaught
            ? [chart("loss", [evaluation]), chart("loss of training, with the teacher's part", [training])]
            : [chart("loss", [evaluation, training])]
    }

    private func line(_ name: String, dashed: Bool, _ value: (EpochMetrics) -> Double) -> LineChart.Series {
        LineChart.Series(name: name, points: metrics.map { (Double($0.epoch), value($0)) }, dashed: dashed)
    }

    private func chart(_ label: String, _ series: [LineChart.Series]) -> SVG {
        var chart = LineChart(title: label, xLabel: "epoch", yLabel: label, series: series)
        (chart.width, chart.height, chart.countsX) = (500, 340, true)
        return chart.svg()
    }
}
