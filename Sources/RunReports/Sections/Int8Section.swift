import Reporting

/// What int8 costs.
struct Int8Section {
    /// A score of both.
    struct Score {
        let name: String
        let float: Double
        let int8: Double
    }

    /// Empty where there is no int8 model.
    let scores: [Score]
    /// Images that both say the same of, and how many there are; nil of detectors.
    let agreement: (same: Int, images: Int)?
    /// The run's folder, for the command.
    let run: String

    func section() -> HTMLPage.Section {
        guard !scores.isEmpty else {
            return HTMLPage.Section(
                "int8 against float",
                .paragraph(
                    "There is no int8 model yet, which is what a device runs. ", .code("sapool quantize \(run)"),
                    " makes one."))
        }
        var table = HTMLTable([.left("score"), .right("float"), .right("int8"), .right("points")])
        for score in scores {
            table.addRow([
                .text(score.name), .text(ReportText.percent(score.float)), .text(ReportText.percent(score.int8)),
                .text(ReportText.points(score.int8 - score.float)),
            ])
        }
        let same =
            agreement.map {
                [
                    HTML.paragraph(
                        .text(
                            "Both say the same of \(TextTable.grouped($0.same)) of \(counted($0.images, "image")) "
                                + "(\(ReportText.percent(Double($0.same) / Double(max(1, $0.images)))))."))
                ]
            } ?? []
        return HTMLPage.Section(
            "int8 against float",
            .remark("int8 as the device computes it, with the device's kernels and memory plan, on the same images."),
            table.html,
            .group(same))
    }
}
