import CommandLineSupport
import Datasets
import Detection
import Reporting
import Training

/// The scores of a detector, for people and for machines.
struct DetectionReport: Encodable {
    let images: Int
    let split: String
    /// How many of the images the network was trained on.
    let trained_on: Int
    /// Of the float network alone.
    let loss: Double?
    let map: Double?
    let map_50: Double?
    let map_75: Double?
    let map_small: Double?
    let map_medium: Double?
    let map_large: Double?
    let ar_1: Double?
    let ar_10: Double?
    let ar_100: Double?
    let ar_small: Double?
    let ar_medium: Double?
    let ar_large: Double?
    let voc_map: Double?
    let dropped_boxes: Int
    let classes: [Class]

    struct Class: Encodable {
        let name: String
        let objects: Int
        let ap: Double?
        let ap_50: Double?
        let voc_ap: Double?
    }

    init(_ scores: DetectionEvaluation, _ annotations: AnnotatedImages, part: EvaluationPart, trainedOn: Int) {
        self.init(
            scores.coco, scores.voc, annotations, images: scores.images, loss: scores.loss, part: part,
            trainedOn: trainedOn)
    }

    /// A report of images and what was found in them.
    init(_ images: [EvaluatedImage], _ annotations: AnnotatedImages, part: EvaluationPart, trainedOn: Int) {
        let classes = annotations.classNames.count
        self.init(
            COCOEvaluation(images, classCount: classes), VOCEvaluation(images, classCount: classes), annotations,
            images: images.count, loss: nil, part: part, trainedOn: trainedOn)
    }

    private init(
        _ coco: COCOEvaluation, _ voc: VOCEvaluation, _ annotations: AnnotatedImages, images: Int, loss: Double?,
        part: EvaluationPart, trainedOn: Int
    ) {
        (self.images, self.loss, split, trained_on) = (images, loss, part.rawValue, trainedOn)
        (map, map_50, map_75) = (coco.meanAveragePrecision, coco.averagePrecisionAt50, coco.averagePrecisionAt75)
        (map_small, map_medium, map_large) = (
            coco.averagePrecisionOfSmall, coco.averagePrecisionOfMedium, coco.averagePrecisionOfLarge
        )
        (ar_1, ar_10, ar_100) = (coco.averageRecallWith1, coco.averageRecallWith10, coco.averageRecallWith100)
        (ar_small, ar_medium, ar_large) = (
            coco.averageRecallOfSmall, coco.averageRecallOfMedium, coco.averageRecallOfLarge
        )
        voc_map = voc.meanAveragePrecision
        dropped_boxes = annotations.dropped.count
        let counts = annotations.classCounts
        classes = annotations.classNames.enumerated().map { label, name in
            Class(
                name: name, objects: counts[label], ap: coco.classAveragePrecision[label],
                ap_50: coco.classAveragePrecisionAt50[label], voc_ap: voc.classAveragePrecision[label])
        }
    }

    /// Tables for a terminal.
    func text() -> String {
        func share(_ value: Double?) -> String { value.map { percent($0) } ?? "–" }
        var lines = [
            "mAP@[0.50:0.95] \(share(map))  mAP@0.50 \(share(map_50))  mAP@0.75 \(share(map_75))  on "
                + "\(counted(images, "image")) of the \(split) split",
            "by area, below 32², up to 96², above: \(share(map_small)), \(share(map_medium)), \(share(map_large))",
            "average recall with 1, 10, 100 detections a class: \(share(ar_1)), \(share(ar_10)), \(share(ar_100)); by area: "
                + "\(share(ar_small)), \(share(ar_medium)), \(share(ar_large))",
            "Pascal VOC, overlap 0.5: mAP \(share(voc_map))" + (loss.map { ";  loss \(fixed($0, 4))" } ?? ""), "",
        ]
        var table = TextTable([.left("class"), .right("objects"), .right("AP"), .right("AP@0.50"), .right("VOC AP")])
        for one in classes {
            table.addRow([
                one.name.printableName, grouped(one.objects), share(one.ap), share(one.ap_50), share(one.voc_ap),
            ])
        }
        lines.append("\(table)")
        return lines.joined(separator: "\n")
    }
}
