extension HTML {
    /// A heading inside a section.
    public static func heading(_ text: String) -> HTML { .element(.h3, [], [.text(text)]) }

    /// A paragraph of words.
    public static func paragraph(_ words: HTML...) -> HTML { .element(.p, [], words) }

    /// A paragraph of lesser weight.
    public static func remark(_ words: HTML...) -> HTML { .element(.p, [.style(.faded)], words) }

    /// Words that stand out.
    public static func strong(_ text: String) -> HTML { .element(.strong, [], [.text(text)]) }

    /// A command, a notation, a name in a program.
    public static func code(_ text: String) -> HTML { .element(.code, [], [.text(text)]) }

    /// Text of several lines as it is.
    public static func listing(_ text: String) -> HTML {
        .element(.div, [.style(.wide)], [.element(.pre, [], [.text(text)])])
    }

    /// What is shown when somebody asks for it.
    public static func details(_ summary: String, _ content: HTML...) -> HTML {
        .element(.details, [], [.element(.summary, [], [.text(summary)])] + content)
    }

    /// Something in a box of its own, with a line below it; what is wider than the page scrolls.
    public static func figure(_ content: HTML, caption: HTML? = nil) -> HTML {
        let box = HTML.element(.div, [.style(.wide)], [content])
        return .element(.figure, [], [box] + (caption.map { [.element(.figcaption, [], [$0])] } ?? []))
    }

    /// A drawing in a box of its own.
    public static func figure(_ drawing: SVG, caption: HTML? = nil) -> HTML {
        figure(.picture(drawing), caption: caption)
    }

    /// A photograph or the like with a line below it.
    public static func photograph(_ image: EmbeddedImage, alternative: String, caption: HTML) -> HTML {
        .element(
            .figure, [],
            [
                .element(.img, [.image(image, alternative: alternative)], []),
                .element(.figcaption, [], [caption]),
            ])
    }

    /// Photographs side by side.
    public static func gallery(_ photographs: [HTML]) -> HTML { .element(.div, [.style(.gallery)], photographs) }

    /// Charts side by side where there is room.
    public static func charts(_ charts: HTML...) -> HTML { .element(.div, [.style(.charts)], charts) }

    /// Key figures side by side.
    public static func tiles(_ tiles: [HTML]) -> HTML { .element(.div, [.style(.tiles)], tiles) }

    /// A key figure: what it is, its value, and a word on it.
    public static func tile(_ title: String, _ value: String, _ note: String, isGood: Bool? = nil) -> HTML {
        let style: [Attribute] = isGood.map { [.style($0 ? .good : .bad)] } ?? [.style(.faded)]
        return .element(
            .div, [.style(.tile)],
            [
                .element(.div, [.style(.faded)], [.text(title)]),
                .element(.div, [.style(.figure)], [.text(value)]),
                .element(.div, style, [.text(note)]),
            ])
    }
}
