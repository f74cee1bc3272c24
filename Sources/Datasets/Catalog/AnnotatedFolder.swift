import Detection
import Foundation
import Reporting

/// A folder of images with boxes, in one of the layouts that such data come in.
///
/// - Pascal VOC: `Annotations/*.xml`, `JPEGImages/`, `ImageSets/Main/train.txt`, `val.txt`, `test.txt`.
/// - The same XML without lists, as labelling tools write it: beside the images, or `annotations/*.xml` and `images/`.
/// - COCO: `annotations/instances_train2017.json` and so on; images in `train2017/`, `images/train2017/`, `train/` or `images/`.
/// - COCO, a folder a split: `train/_annotations.coco.json` beside its images.
/// - COCO, one file for all images: the training split.
/// - YOLO: `data.yaml`, `images/train/*.jpg`, `labels/train/*.txt`, or `train/images/` and `train/labels/`.
/// - YOLO as Darknet has it, and CVAT (YOLO 1.1): `obj.data`, `obj.names`, `train.txt` with a path a line, labels beside images.
///
/// Folders and files of splits are told as `Split` does, by their names or by a word in them. A folder with nothing but the data's folder
/// in it is looked into.
public struct AnnotatedFolder: Sendable {
    public let path: String
    private let layout: any AnnotationLayout

    /// Folders around folders that are looked into.
    private static let deepest = 4

    /// Looks at a folder.
    ///
    /// - Throws: `DatasetsError` where it holds none of the layouts.
    public init(_ path: String) throws {
        guard Folders.isFolder(path) else {
            throw DatasetsError("there is no folder \(path): images with boxes come in a folder")
        }
        var place = path
        for _ in 0...Self.deepest {
            if let layout = try Self.layout(of: place) {
                (self.path, self.layout) = (place, layout)
                return
            }
            let names = try Folders.subfolders(of: place)
            guard names.count == 1 else { break }
            place = Folders.join(place, names[0])
        }
        if let elsewhere = YOLOFolder.placesElsewhere(path) { throw DatasetsError(elsewhere) }
        throw DatasetsError(
            "\(path) holds no images with boxes: looked for Pascal VOC (ImageSets/Main/train.txt, Annotations, JPEGImages; or XML files "
                + "beside images), COCO (annotations/instances_train2017.json, or train/_annotations.coco.json) and YOLO (data.yaml, "
                + "images, labels; or obj.data, obj.names, train.txt)")
    }

    private static func layout(of path: String) throws -> (any AnnotationLayout)? {
        if let lists = try VOCLists(path) { return lists }
        if let coco = try COCOFiles(path, isSure: true) { return coco }
        if let yolo = try YOLOFolder(path) { return yolo }
        return try VOCFiles(path) ?? COCOFiles(path, isSure: false)
    }

    /// The splits there are.
    public var splits: [Split] { layout.splits }

    /// Reads the annotations of a split.
    ///
    /// - Parameter classNames: the classes and their order, where they are known already.
    /// - Throws: `DatasetsError` or `DetectionError` naming the file and what is wrong with it.
    public func annotations(for split: Split, classNames: [String]? = nil) throws -> AnnotatedImages {
        guard splits.contains(split) else { throw missingSplit(split, of: path, available: splits) }
        var result = try layout.annotations(for: split, classNames: classNames)
        if let classNames { result.order(classes: classNames) }
        if let classNames, let difference = classDifference(of: result.classNames, from: classNames) {
            throw DatasetsError(
                "the \(split.rawValue) split of \(path) has other classes than expected: \(difference)")
        }
        result.leaveOutRepeatedObjects()
        result.leaveOutCrowdedObjects()
        guard result.images.contains(where: { !$0.objects.isEmpty }) else {
            guard let first = result.dropped.first else {
                throw DatasetsError("the \(split.rawValue) split of \(path) has no objects: annotate some")
            }
            let bad =
                result.dropped.count == 1
                ? "the only one is bad, \(first)" : "all \(result.dropped.count) are bad, the first one \(first)"
            throw DatasetsError("the \(split.rawValue) split of \(path) has no objects that can be used: \(bad)")
        }
        return result
    }
}

extension AnnotatedImages {
    /// How many images are not there, the first by its name; nil where all are.
    package var missingImages: String? {
        let missing = images.map(\.path).filter { !FileManager.default.fileExists(atPath: $0) }
        return missing.first.map {
            "\(name) names \(counted(missing.count, "image that is", "images that are")) not there (\($0))"
        }
    }
}

/// One of the ways in which images with boxes lie in a folder.
protocol AnnotationLayout: Sendable {
    /// The splits there are.
    var splits: [Split] { get }

    /// Reads the annotations of a split that is there.
    func annotations(for split: Split, classNames: [String]?) throws -> AnnotatedImages
}
