import Detection
import Reporting

/// Whether an image shows a person: Visual Wake Words (Chowdhery et al., 2019), derived from images with boxes such as COCO's.
///
/// An object counts where it covers more than 0.5 % of its image.
public struct WakeWordsDataset: ImageFileDataset {
    public let name: String
    public let classNames: [String]
    public let remarks: [String]
    private let images: [AnnotatedImage]
    private let shows: [Bool]

    /// The classification of annotated images.
    ///
    /// - Throws: `DetectionError` where the data set has no such class.
    public init(_ annotated: AnnotatedImages, className: String = "person") throws {
        shows = try VisualWakeWords.labels(of: annotated, className: className)
        name = annotated.name
        images = annotated.images
        let dropped = annotated.dropped.first.map { first in
            annotated.dropped.count == 1
                ? "1 box is left out: \(first)"
                : "\(counted(annotated.dropped.count, "box", "boxes")) are left out, the first one \(first)"
        }
        remarks = annotated.remarks + (dropped.map { [$0] } ?? [])
        classNames = ["no \(className)", className]
    }

    public var count: Int { images.count }
    public func label(at index: Int) -> Int { shows[index] ? 1 : 0 }
    public func path(of index: Int) -> String { images[index].path }
    public func annotation(of index: Int) -> String? { images[index].annotation }

    public func storedSize(at index: Int) -> ImageSize? {
        ImageSize(width: images[index].width, height: images[index].height)
    }
}
