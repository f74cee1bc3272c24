import Reporting

/// The mistakes that it was surest of, to look at.
struct MistakesSection {
    /// An image that was told wrongly.
    struct Mistake {
        let image: EmbeddedImage
        /// The image's name.
        let name: String
        /// What it is, what was said, and how likely the network found each.
        let truth: String
        let said: String
        let confidence: Double
        let truthProbability: Double
    }

    let mistakes: [Mistake]
    /// How many there are in all.
    let count: Int

    /// Nil where there are none.
    func section() -> HTMLPage.Section? {
        guard !mistakes.isEmpty else { return nil }
        return HTMLPage.Section(
            "Its surest mistakes",
            .remark(
                .text(
                    "\(mistakes.count) of \(counted(count, "mistake")), as stored. Wrong labels and images of "
                        + "several things show up here first."
                )),
            .gallery(
                mistakes.map { mistake in
                    .photograph(
                        mistake.image, alternative: "\(mistake.name): \(mistake.truth), taken for \(mistake.said)",
                        caption: .group([
                            .strong("said "), .name(mistake.said), .text(" \(Self.percent(mistake.confidence))"),
                            .element(
                                .div, [.style(.faded), .tooltip(mistake.name)],
                                ["is ", .name(mistake.truth), .text(" \(Self.percent(mistake.truthProbability))")]),
                        ]))
                }))
    }

    private static func percent(_ share: Double) -> String { "\(ReportText.fixed(share * 100, 0)) %" }
}
