import CommandLineSupport
import Datasets
import Detection
import Foundation
import Reporting
import Training
import Visualization

/// What a detector sees in one image.
struct DetectionPrediction: Encodable {
    let image: String
    let detections: [Found]
    /// The picture with boxes, where one was drawn.
    let drawing: String?

    struct Found: Encodable {
        let name: String
        let score: Double
        /// Left, top, right, bottom in pixels.
        let box: [Double]
    }

    /// Looks at images, one after the other, and past those that cannot be read.
    ///
    /// - Parameters:
    ///   - detections: what a detector finds in each image of a batch, boxes as shares of the image.
    ///   - folder: where pictures with boxes go; nil for none.
    ///   - body: is called with what each image shows.
    /// - Returns: the pass, which tells the images that could not be read.
    static func forEach(
        _ configuration: RunConfiguration, _ dataset: any Dataset, drawingIn folder: String?,
        _ detections: (Batch) throws -> [[Detection]], _ body: (DetectionPrediction) -> Void
    ) throws -> ImagePass {
        let names = configuration.classNames
        let images = LastImage(dataset)
        let pass = try ImagePass(images, configuration.evaluationTransform, batchSize: 1)
        if let folder { try RunFolder(folder).create() }
        var drawn = Set<String>()
        try pass.forEachBatch { batch in
            guard let image = images.image, let shares = try detections(batch).first else { return }
            let location = dataset.location(of: batch.indices[0])
            let detections = shares.map { $0.scaled(to: image.size) }
            var path: String?
            if let folder {
                let file = "\(folder)/\(name(for: location, besides: &drawn)).png"
                try DetectionDrawing(image, detections: detections, classNames: names).image().write(toPNG: file)
                path = file
            }
            body(
                DetectionPrediction(
                    image: location,
                    detections: detections.map {
                        Found(
                            name: names[$0.label], score: $0.score,
                            box: [$0.box.left, $0.box.top, $0.box.right, $0.box.bottom])
                    }, drawing: path))
        }
        return pass
    }

    /// The image's own name; a number behind it where two images in different folders are called alike.
    private static func name(for path: String, besides taken: inout Set<String>) -> String {
        let base = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
        var name = base
        var number = 2
        while !taken.insert(name).inserted {
            name = "\(base)-\(number)"
            number += 1
        }
        return name
    }

    /// Lines for a terminal.
    func text() -> String {
        var lines = [image.printableName + (drawing.map { "  → \($0.printableName)" } ?? "")]
        if detections.isEmpty { lines.append("  nothing") }
        for found in detections {
            let box = found.box.map { String(Int($0.rounded())) }.joined(separator: ", ")
            lines.append("  \(padded(percent(found.score), to: 8))  \(found.name.printableName)  (\(box))")
        }
        return lines.joined(separator: "\n")
    }
}
