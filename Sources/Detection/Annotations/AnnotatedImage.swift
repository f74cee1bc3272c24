/// An image of a detection data set, and what is in it.
public struct AnnotatedImage: Sendable, Hashable {
    /// The image's file.
    public var path: String
    /// Size in pixels, as the annotations say.
    public var width: Int
    public var height: Int
    /// Objects, boxes in pixels inside the image.
    public var objects: [GroundTruth]

    /// An image by its file and objects.
    public init(path: String, width: Int, height: Int, objects: [GroundTruth]) {
        self.path = path
        self.width = width
        self.height = height
        self.objects = objects
    }
}

/// A detection data set: one split with its classes, and what had to be left out.
public struct AnnotatedImages: Sendable {
    /// The folder or file that it was read from.
    public var name: String
    public var classNames: [String]
    public var images: [AnnotatedImage]
    /// Boxes that were left out, each with its file and reason.
    public var dropped: [DroppedBox]

    /// A data set by its parts.
    public init(name: String, classNames: [String], images: [AnnotatedImage], dropped: [DroppedBox] = []) {
        self.name = name
        self.classNames = classNames
        self.images = images
        self.dropped = dropped
    }

    /// Number of objects of each class.
    public var classCounts: [Int] {
        var counts = [Int](repeating: 0, count: classNames.count)
        for image in images {
            for object in image.objects where counts.indices.contains(object.label) { counts[object.label] += 1 }
        }
        return counts
    }
}

/// A box that no object can have.
public struct DroppedBox: Sendable, Hashable, CustomStringConvertible {
    /// The file that holds it.
    public let file: String
    public let reason: String

    public var description: String { "\(file): \(reason)" }
}
