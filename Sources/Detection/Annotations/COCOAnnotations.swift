import Foundation

/// A data set in COCO's JSON: `{"images": […], "annotations": […], "categories": […]}`.
public enum COCOAnnotations {
    /// Reads a file.
    ///
    /// - Parameters:
    ///   - path: the JSON file, such as `instances_val2017.json`.
    ///   - imageFolder: the folder of the images that it names.
    /// - Throws: `DetectionError` naming the file and what is wrong with it.
    public static func read(_ path: String, imageFolder: String) throws -> AnnotatedImages {
        guard let data = FileManager.default.contents(atPath: path) else { throw DetectionError("cannot read \(path)") }
        let file: File
        do {
            file = try JSONDecoder().decode(File.self, from: data)
        } catch {
            throw DetectionError("\(path) holds no COCO annotations: \(explanation(error))")
        }
        // Identifiers have gaps; labels count from 0 in the order of identifiers.
        let categories = file.categories.sorted { $0.id < $1.id }
        guard !categories.isEmpty else { throw DetectionError("\(path) has no categories: write at least one") }
        let labels = Dictionary(zip(categories.map(\.id), categories.indices)) { first, _ in first }
        let places = Dictionary(zip(file.images.map(\.id), file.images.indices)) { first, _ in first }
        var check = BoxCheck()
        var images = file.images.map {
            AnnotatedImage(path: "\(imageFolder)/\($0.file_name)", width: $0.width, height: $0.height, objects: [])
        }
        for annotation in file.annotations {
            guard let place = places[annotation.image_id] else {
                throw DetectionError(
                    "\(path): annotation \(annotation.id) is of image \(annotation.image_id), which is not listed")
            }
            guard let label = labels[annotation.category_id] else {
                throw DetectionError(
                    "\(path): annotation \(annotation.id) is of category \(annotation.category_id), which is not listed"
                )
            }
            guard annotation.bbox.count == 4 else {
                throw DetectionError(
                    "\(path): annotation \(annotation.id) has a bbox of \(annotation.bbox.count) numbers: write x, y, width, height"
                )
            }
            let box = Box(
                x: annotation.bbox[0], y: annotation.bbox[1], width: annotation.bbox[2], height: annotation.bbox[3])
            guard
                let inside = check.check(
                    box, width: images[place].width, height: images[place].height, label: categories[label].name,
                    file: "\(path): \(file.images[place].file_name)")
            else { continue }
            images[place].objects.append(
                GroundTruth(box: inside, label: label, area: annotation.area, isCrowd: annotation.iscrowd == 1))
        }
        return AnnotatedImages(name: path, classNames: categories.map(\.name), images: images, dropped: check.dropped)
    }

    private static func explanation(_ error: any Error) -> String {
        func place(_ context: DecodingError.Context) -> String {
            context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
        }
        return switch error {
        case DecodingError.keyNotFound(let key, let context):
            "\"\(key.stringValue)\" is missing" + (context.codingPath.isEmpty ? "" : " in \(place(context))")
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            "\(place(context)) has the wrong type"
        default: "it is not valid JSON"
        }
    }

    private struct File: Decodable {
        let images: [Image]
        let annotations: [Annotation]
        let categories: [Category]
    }

    private struct Image: Decodable {
        let id: Int
        let file_name: String
        let width: Int
        let height: Int
    }

    private struct Annotation: Decodable {
        let id: Int
        let image_id: Int
        let category_id: Int
        let bbox: [Double]
        let area: Double?
        let iscrowd: Int?
    }

    private struct Category: Decodable {
        let id: Int
        let name: String
    }
}
