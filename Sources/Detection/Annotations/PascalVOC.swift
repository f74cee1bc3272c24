import Foundation

/// A data set in the layout of Pascal VOC: `Annotations/*.xml`, `JPEGImages/`, `ImageSets/Main/SPLIT.txt`.
///
/// Corners are taken as they are written. The challenge itself counts pixels from 1, most labelling tools write positions; the
/// difference is one pixel.
public enum PascalVOC {
    /// Reads a split.
    ///
    /// - Parameters:
    ///   - folder: holds the three folders.
    ///   - split: a file of `ImageSets/Main` without its ending: "train", "val", "trainval" or "test".
    ///   - classNames: the classes and their order; nil takes the names in the split's annotations, sorted.
    /// - Throws: `DetectionError` naming the file that is missing or cannot be understood.
    public static func read(folder: String, split: String, classNames: [String]? = nil) throws -> AnnotatedImages {
        let list = "\(folder)/ImageSets/Main/\(split).txt"
        // Lists of one class, such as aeroplane_train.txt, have a second column.
        let names = String(decoding: try contents(of: list), as: UTF8.self).split(whereSeparator: \.isNewline)
            .compactMap { $0.split(whereSeparator: \.isWhitespace).first.map(String.init) }
        guard !names.isEmpty else {
            throw DetectionError("\(list) names no image: write one name a line, without its ending")
        }
        let files = try names.map { name in
            let path = "\(folder)/Annotations/\(name).xml"
            return (path: path, annotation: try VOCAnnotation(contents(of: path), file: path))
        }
        let classes = classNames ?? Set(files.flatMap { $0.annotation.objects.map(\.name) }).sorted()
        var check = BoxCheck()
        let images = try files.map { path, annotation in
            let objects = try annotation.objects.compactMap { object -> GroundTruth? in
                guard let label = classes.firstIndex(of: object.name) else {
                    throw DetectionError(
                        "\(path) has an object \"\(object.name)\": known are \(classes.joined(separator: ", "))")
                }
                let inside = check.check(
                    object.box, width: annotation.width, height: annotation.height, label: object.name, file: path)
                return inside.map { GroundTruth(box: $0, label: label, isDifficult: object.isDifficult) }
            }
            return AnnotatedImage(
                path: "\(folder)/JPEGImages/\(annotation.fileName)", width: annotation.width, height: annotation.height,
                objects: objects)
        }
        return AnnotatedImages(name: folder, classNames: classes, images: images, dropped: check.dropped)
    }

    private static func contents(of path: String) throws(DetectionError) -> Data {
        guard let data = FileManager.default.contents(atPath: path) else { throw DetectionError("cannot read \(path)") }
        return data
    }
}
