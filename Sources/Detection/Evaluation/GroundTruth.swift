/// An object that is there.
public struct GroundTruth: Sendable, Hashable, Codable {
    public var box: Box
    /// Index of the class.
    public var label: Int
    /// Size in pixels² for the classes of size: COCO gives that of the outline; else the box's.
    public var area: Double
    /// Whether the box covers a group: any number of detections may match it, and none counts (COCO).
    public var isCrowd: Bool
    /// Whether finding it or not counts nothing (Pascal VOC).
    public var isDifficult: Bool

    /// An object by its parts.
    public init(box: Box, label: Int, area: Double? = nil, isCrowd: Bool = false, isDifficult: Bool = false) {
        self.box = box
        self.label = label
        self.area = area ?? box.area
        self.isCrowd = isCrowd
        self.isDifficult = isDifficult
    }

    /// Intersection over union; for a crowd over the detection's own area, as COCO has it.
    package func overlap(with found: Box) -> Double {
        let shared = found.intersection(box).area
        guard shared > 0 else { return 0 }
        return shared / (isCrowd ? found.area : found.area + box.area - shared)
    }
}

/// What is in an image, and what a network said.
public struct EvaluatedImage: Sendable {
    public var objects: [GroundTruth]
    public var detections: [Detection]

    /// An image by what is in it and what was found.
    public init(objects: [GroundTruth], detections: [Detection]) {
        self.objects = objects
        self.detections = detections
    }
}
