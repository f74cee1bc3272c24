import Reporting

/// Where it looks.
struct LooksSection {
    /// An image with its maps.
    struct Look {
        let name: String
        let truth: String
        let said: String
        let confidence: Double
        let pictures: [(title: String, image: EmbeddedImage)]
    }

    let looks: [Look]

    /// Nil where nothing was looked at.
    func section() -> HTMLPage.Section? {
        guard !looks.isEmpty else { return nil }
        let rows = looks.map { look -> HTML in
            let verdict = look.truth == look.said ? "rightly" : "and is \(look.truth)"
            return .group([
                .element(
                    .h3, [],
                    [
                        .name(look.name), ": said ", .name(look.said),
                        .text(" (\(ReportText.fixed(look.confidence * 100, 0)) %), \(verdict)"),
                    ]),
                .gallery(
                    look.pictures.map { picture in
                        .photograph(picture.image, alternative: picture.title, caption: .text(picture.title))
                    }),
            ])
        }
        return HTMLPage.Section(
            "Where it looks",
            .remark(
                .text(
                    "Grad-CAM: what speaks for the class that was said. Shares: how much a pixel counts in its "
                        + "pooling window, 1 as in an average. "
                        + "Attention: what the patch in the image's middle reads. Dark blue is a picture's "
                        + "smallest value, yellow its largest."
                )), .group(rows))
    }
}
