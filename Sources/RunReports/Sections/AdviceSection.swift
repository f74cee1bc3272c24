import Reporting

/// What to try next.
struct AdviceSection {
    let advice: [Advice]

    /// Nil where the numbers speak for nothing.
    func section() -> HTMLPage.Section? {
        guard !advice.isEmpty else { return nil }
        return HTMLPage.Section(
            "What to try next",
            .group(
                advice.map { one in
                    .element(
                        .div, [.style(.advice)],
                        [.paragraph(.strong(one.title)), .paragraph(.text(one.reason))]
                            + (one.command.map { [.paragraph(.code($0))] } ?? []))
                }))
    }
}
