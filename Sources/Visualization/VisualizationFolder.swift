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
    /// - Throws: an error that names the place that cannot be written.
    public func write(
        _ explanations: [(name: String, explanation: Explainer.Explanation)], classNames: [String], title: String
    ) throws -> (sheet: String, pictures: [String]) {
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
            let rendered = try Self.render(explanation)
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

    /// The image and each map over it, large enough to see single values.
    private static func render(_ explanation: Explainer.Explanation) throws -> [(title: String, image: Image)] {
        let image = try enlarged(explanation.image.rgb(), toSide: 224)
        let maps = explanation.weights + explanation.attention + (explanation.gradCAM.map { [$0] } ?? [])
        return try [("image", image)]
            + maps.map { map in
                let (low, high) = (map.range.lowerBound, map.range.upperBound)
                return ("\(map.title) (\(short(low)) to \(short(high)))", try map.overlay(on: image))
            }
    }

    private static func short(_ value: Float) -> String { String(format: "%.3g", Double(value)) }

    /// A whole number of times, each pixel a square.
    private static func enlarged(_ image: Image, toSide side: Int) throws -> Image {
        let factor = max(1, (side + min(image.width, image.height) - 1) / min(image.width, image.height))
        guard factor > 1 else { return image }
        let (width, height) = (image.width * factor, image.height * factor)
        var pixels = [UInt8]()
        pixels.reserveCapacity(width * height * 3)
        for y in 0..<height {
            for x in 0..<width {
                let place = (y / factor * image.width + x / factor) * 3
                pixels.append(contentsOf: image.pixels[place..<place + 3])
            }
        }
        return try Image(width: width, height: height, channels: 3, pixels: pixels)
    }

    /// Letters, digits and a few signs of a text, so that it can name a file anywhere.
    private static func fileName(_ text: String) -> String {
        let name = text.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "." || $0 == ",") ? $0 : "-" }
        return String(String(name.prefix(100)).split(separator: "-").joined(separator: "-"))
    }
}
