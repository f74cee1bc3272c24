import Reporting

/// Whether one can trust its confidence.
struct ReliabilitySection {
    let reliability: Reliability

    func section() -> HTMLPage.Section {
        let error = reliability.expectedError
        let way = reliability.overconfidence
        let verdict =
            abs(way) < 0.02
            ? "In the mean it is about as sure as it is right."
            : way > 0
                ? "In the mean it is surer than it is right, by \(ReportText.fixed(way * 100, 1)) points."
                : "In the mean it is more often right than it is sure, by \(ReportText.fixed(-way * 100, 1)) points."
        return HTMLPage.Section(
            "Can its confidence be trusted?",
            .paragraph(
                "Expected calibration error: ", .strong(ReportText.percent(error)), .text(". \(verdict)")),
            .charts(
                .figure(
                    ReliabilityChart(title: "Reliability diagram", bars: reliability.bins).svg(),
                    caption:
                        .text(
                            "Blue: how often it is right among answers of that confidence. Orange: their confidence "
                                + "in the mean. Grey: how many answers there are.")
                )))
    }
}
