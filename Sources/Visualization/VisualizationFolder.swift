import Datasets
import Foundation

/// Writes explanations as pictures: a folder for each image, and a contact sheet.
public struct VisualizationFolder {
    private let path: String

    /// A folder by its path; nothing is made yet.
    public init(_ path: String) { self.path = path }

    /// Writes everything.
    ///
    /// - Returns: the paths of the sheet and of all pictures.
    /// - Throws: an error that names the place that cannot be written, or an image whose class has no name.
    public func write(
        _ explanations: [(name: String, explanation: Explainer.Explanation)], classNames: [String], title: String
    ) throws -> (sheet: String, pictures: [String]) {
        if let odd = explanations.first(where: { !classNames.indices.contains($0.explanation.label) }) {
            throw DatasetsError(
                "\(odd.name) is of class \(odd.explanation.label), and there are \(classNames.count) names: give one for each class"
            )
        }
        var sheet = ContactSheet(title: title, rows: [])
        var pictures: [String] = []
        for (index, (name, explanation)) in explanations.enumerated() {
            let stem = URL(fileURLWithPath: name).deletingPathExtension().lastPathComponent
            let folder = "\(path)/\(index + 1)-\(Self.fileName(stem))"
            do {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            } catch {
                throw DatasetsError("the folder \(folder) cannot be made: choose another with --output")
            }
            let rendered = try explanation.pictures()
            for (number, picture) in rendered.enumerated() {
                let file = number == 0 ? "image" : "\(number)-\(Self.fileName(picture.title))"
                try picture.image.write(toPNG: "\(folder)/\(file).png")
                pictures.append("\(folder)/\(file).png")
            }
            let probability = (Double(explanation.probability) * 1000).rounded() / 10
            sheet.rows.append(
                ContactSheet.Row(
                    title: "\(name): \(classNames[explanation.label]), \(probability) %", pictures: rendered))
        }
        let file = "\(path)/contact-sheet.svg"
        try sheet.svg().write(to: file)
        return (file, pictures)
    }

    /// Letters, digits and a few signs of a text, so that it can name a file anywhere.
    private static func fileName(_ text: String) -> String {
        let name = text.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "." || $0 == ",") ? $0 : "-" }
        return String(String(name.prefix(100)).split(separator: "-").joined(separator: "-"))
    }
}
