/// An image of a detection data set, and what is in it.
public struct AnnotatedImage: Sendable, Hashable {
    /// The image's file.
    public var path: String
    /// Size in pixels, as the annotations say.
    public var width: Int
    public var height: Int
    /// Objects, boxes in pixels inside the image.
    public var objects: [GroundTruth]
    /// The file that names the image, and says what is in it; nil where none does.
    public var annotation: String?

    /// An image by its file and objects.
    public init(path: String, width: Int, height: Int, objects: [GroundTruth], annotation: String? = nil) {
        self.path = path
        self.width = width
        self.height = height
        self.objects = objects
        self.annotation = annotation
    }
}

/// Looks a file's size in pixels up, turned as it is shown; nil where it is no image that can be read.
public typealias StoredImageSize = (_ path: String) -> (width: Int, height: Int)?

/// A detection data set: one split with its classes, and what had to be left out.
public struct AnnotatedImages: Sendable {
    /// The folder or file that it was read from.
    public var name: String
    public var classNames: [String]
    public var images: [AnnotatedImage]
    /// Boxes that were left out, each with its file and reason.
    public var dropped: [DroppedBox]
    /// Sentences that somebody should read before using the images.
    public var remarks: [String]

    /// A data set by its parts.
    public init(
        name: String, classNames: [String], images: [AnnotatedImage], dropped: [DroppedBox] = [], remarks: [String] = []
    ) {
        self.name = name
        self.classNames = classNames
        self.images = images
        self.dropped = dropped
        self.remarks = remarks
    }

    /// The most objects that an image may have: more than any picture shows, and few enough that training goes on at its pace.
    public static let mostObjects = 2000

    /// Leaves out what an image has beyond `mostObjects`.
    public mutating func leaveOutCrowdedObjects() {
        for index in images.indices where images[index].objects.count > Self.mostObjects {
            let image = images[index]
            for number in Self.mostObjects..<image.objects.count {
                dropped.append(
                    DroppedBox(
                        file: image.path,
                        reason: "box number \(number + 1) is beyond the \(Self.mostObjects) that an image may have"))
            }
            images[index].objects.removeLast(image.objects.count - Self.mostObjects)
        }
    }

    /// Leaves out boxes that an image has already, of the same class: labelling tools save some twice, and a detector can find each
    /// object once.
    public mutating func leaveOutRepeatedObjects() {
        for index in images.indices {
            let image = images[index]
            var known: Set<GroundTruth> = []
            let kept = image.objects.filter { object in
                // The area of a shape that somebody has drawn says nothing of the box.
                let isNew = known.insert(GroundTruth(box: object.box, label: object.label, isCrowd: object.isCrowd))
                    .inserted
                if !isNew {
                    let label = classNames.indices.contains(object.label) ? classNames[object.label] : "\(object.label)"
                    dropped.append(DroppedBox(file: image.path, reason: "a box of \(label) is there again"))
                }
                return isNew
            }
            images[index].objects = kept
        }
    }

    /// Takes other classes, by their names, where all that are there are among them; changes nothing where one is not.
    public mutating func order(classes: [String]) {
        let places = Dictionary(zip(classes, classes.indices)) { first, _ in first }
        let labels = classNames.compactMap { places[$0] }
        guard labels.count == classNames.count, classes != classNames else { return }
        for index in images.indices {
            for number in images[index].objects.indices {
                let label = images[index].objects[number].label
                guard labels.indices.contains(label) else { continue }
                images[index].objects[number].label = labels[label]
            }
        }
        classNames = classes
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
