import Foundation

/// The text that YOLO keeps beside an image: a line for each object, its class's number and its box as shares of the image.
///
/// A line is `class x y width height`, x and y of the middle, perhaps with a score behind; or `class x y x y x y …`, an outline, whose box is
/// taken. Where there are key points, they follow the box, and are not used.
public enum YOLOLabels {
    /// An image and the file of its objects.
    public struct Source: Sendable {
        public var image: String
        /// Nil for an image of background alone.
        public var labels: String?
        public var width: Int
        public var height: Int

        /// An image by its file, its labels' file and its size in pixels.
        public init(image: String, labels: String?, width: Int, height: Int) {
            (self.image, self.labels, self.width, self.height) = (image, labels, width, height)
        }
    }

    /// Reads the labels of images.
    ///
    /// - Parameter hasKeyPoints: what follows the four numbers of a box is points (`kpt_shape` in `data.yaml`), and no outline.
    /// - Throws: `DetectionError` naming a file that cannot be read. A bad line is no error: it is left out, and listed.
    public static func read(
        _ sources: [Source], name: String, classNames: [String], hasKeyPoints: Bool = false
    ) throws -> AnnotatedImages {
        var check = BoxCheck()
        let images = try sources.map { source in
            var image = AnnotatedImage(
                path: source.image, width: source.width, height: source.height, objects: [], annotation: source.labels)
            guard let labels = source.labels else { return image }
            guard let data = FileManager.default.contents(atPath: labels) else {
                throw DetectionError("cannot read \(labels)")
            }
            var bytes = data[...]
            if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
            let lines = String(decoding: bytes, as: UTF8.self).split(
                omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            for (number, line) in lines.enumerated() where !line.allSatisfy(\.isWhitespace) {
                do {
                    let (label, shares) = try parse(line, classes: classNames.count, hasKeyPoints)
                    let box = shares.mapped(scaleX: Double(source.width), scaleY: Double(source.height))
                    guard
                        let inside = check.check(
                            box, width: source.width, height: source.height, label: classNames[label],
                            file: "\(labels), line \(number + 1)")
                    else { continue }
                    image.objects.append(GroundTruth(box: inside, label: label))
                } catch let problem as Problem {
                    check.drop(problem.reason, file: "\(labels), line \(number + 1)")
                }
            }
            return image
        }
        return AnnotatedImages(name: name, classNames: classNames, images: images, dropped: check.dropped)
    }

    private struct Problem: Error {
        let reason: String
    }

    private static func parse(
        _ line: Substring, classes: Int, _ hasKeyPoints: Bool
    ) throws(Problem) -> (label: Int, box: Box) {
        let words = line.split(whereSeparator: \.isWhitespace)
        let numbers = words.compactMap { Double($0) }
        guard numbers.count == words.count, numbers.count >= 5 else {
            throw Problem(reason: "it is no line of a class and four numbers")
        }
        guard numbers[0] == numbers[0].rounded(), (0..<Double(classes)).contains(numbers[0]) else {
            throw Problem(
                reason:
                    "there is no class \(words[0].prefix(20)): there \(classes == 1 ? "is" : "are") \(classes), counted from 0"
            )
        }
        let label = Int(numbers[0])
        if numbers.count <= 6 || hasKeyPoints {
            return (label, Box(centerX: numbers[1], centerY: numbers[2], width: numbers[3], height: numbers[4]))
        }
        guard numbers.count % 2 == 1 else { throw Problem(reason: "its outline has an odd number of numbers") }
        var box = Box(left: .infinity, top: .infinity, right: -.infinity, bottom: -.infinity)
        for place in stride(from: 1, to: numbers.count, by: 2) {
            box.left = min(box.left, numbers[place])
            box.right = max(box.right, numbers[place])
            box.top = min(box.top, numbers[place + 1])
            box.bottom = max(box.bottom, numbers[place + 1])
        }
        return (label, box)
    }
}
