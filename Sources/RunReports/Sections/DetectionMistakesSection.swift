import Detection
import Reporting

/// Images with false alarms and missed objects, with their boxes.
struct DetectionMistakesSection {
    /// An image and what became of it.
    struct Mistake {
        let image: EmbeddedImage
        let name: String
        /// Boxes in pixels of the stored image, and its size.
        let outcome: DetectionOutcome
        let width: Int
        let height: Int
    }

    let mistakes: [Mistake]
    /// From which on detections count.
    let score: Double
    let classNames: [String]
    /// More boxes than this in an image nobody looks at.
    private static let mostBoxes = 60

    /// Nil where there are none.
    func section() -> HTMLPage.Section? {
        guard !mistakes.isEmpty else { return nil }
        return HTMLPage.Section(
            "Its mistakes",
            .remark(
                .text(
                    "Images with the surest false alarms and with missed objects, among detections of a score of "
                        + "\(ReportText.fixed(score, 2)) or more. Green: found. Orange: nothing of that class is "
                        + "there. "
                        + "Blue, dashed: missed.")),
            .charts(.group(mistakes.map { .figure(drawing($0), caption: caption($0)) })))
    }

    private func caption(_ mistake: Mistake) -> HTML {
        let outcome = mistake.outcome
        return .group([
            .name(ReportText.file(mistake.name)),
            .text(
                ": \(outcome.found.count) found, \(outcome.missed.count) missed, "
                    + "\(counted(outcome.falseAlarms.count, "false alarm"))"),
        ])
    }

    private func drawing(_ mistake: Mistake) -> SVG {
        let width = 480.0
        let scale = width / Double(max(1, mistake.width))
        let height = Double(mistake.height) * scale
        var picture = SVG(width: width, height: height, title: ReportText.file(mistake.name))
        picture.add(
            .image(mistake.image.address, x: 0, y: 0, width: width, height: height).attribute("style", ""))
        for object in mistake.outcome.missed.prefix(Self.mostBoxes) {
            picture.add(box(object.box, scale, "#56B4E9", ReportText.name(classNames, object.label), isDashed: true))
        }
        for (found, color) in [(mistake.outcome.found, "#2BD18E"), (mistake.outcome.falseAlarms, "#FF8A3D")] {
            for one in found.prefix(Self.mostBoxes) {
                let text = "\(ReportText.name(classNames, one.label)) \(ReportText.fixed(one.score * 100, 0))"
                picture.add(box(one.box, scale, color, text, isDashed: false))
            }
        }
        return picture
    }

    private func box(_ box: Box, _ scale: Double, _ color: String, _ text: String, isDashed: Bool) -> SVGElement {
        let (x, y) = (box.left * scale, box.top * scale)
        return .group([
            .rect(x: x, y: y, width: box.width * scale, height: box.height * scale).fill("none")
                .stroke(color, width: 2, dashes: isDashed ? [6, 4] : []).tooltip(text),
            .text(text, x: x + 2, y: y > 14 ? y - 3 : y + 12, size: 11, bold: true).fill(color)
                .attribute("stroke", "#000000").attribute("stroke-width", "2.5").attribute("paint-order", "stroke"),
        ])
    }
}
