/// Mean average precision as COCO defines it (Lin et al., *Microsoft COCO*, 2014; cocodataset.org, "Detection evaluation").
///
/// Average precision is the mean of the precision at 101 recalls, over ten overlaps from 0.50 to 0.95 and all classes that have objects.
/// Figures agree with pycocotools. A mean over nothing is nil.
///
/// ```swift
/// let scores = COCOEvaluation(images, classCount: 3)
/// print(scores.meanAveragePrecision ?? 0)
/// ```
public struct COCOEvaluation: Sendable {
    /// Mean over overlaps 0.50, 0.55 … 0.95.
    public let meanAveragePrecision: Double?
    /// At one overlap.
    public let averagePrecisionAt50: Double?
    public let averagePrecisionAt75: Double?
    /// By area: below 32², up to 96², above, in pixels².
    public let averagePrecisionOfSmall: Double?
    public let averagePrecisionOfMedium: Double?
    public let averagePrecisionOfLarge: Double?
    /// Mean of the largest recall with at most 1, 10 and 100 detections of a class in an image.
    public let averageRecallWith1: Double?
    public let averageRecallWith10: Double?
    public let averageRecallWith100: Double?
    public let averageRecallOfSmall: Double?
    public let averageRecallOfMedium: Double?
    public let averageRecallOfLarge: Double?
    /// For each class the average precision over all overlaps, and at 0.50; nil for one without objects.
    public let classAveragePrecision: [Double?]
    public let classAveragePrecisionAt50: [Double?]
    /// For each class the precision at each of `recalls`, at an overlap of 0.50; empty for one without objects.
    public let classPrecisionsAt50: [[Double]]

    /// Overlaps at which detections count as found, and recalls at which precision is read. Both are written the way pycocotools computes
    /// them, so that a recall just on the line falls on the same side.
    public static let thresholds = (0..<10).map { 0.5 + Double($0) * ((0.95 - 0.5) / 9) }
    public static let recalls = (0..<100).map { Double($0) * 0.01 } + [1]
    static let limits = [1, 10, 100]
    static let areas: [ClosedRange<Double>] = [0...1e10, 0...1024, 1024...9216, 9216...1e10]

    /// Scores detections.
    ///
    /// - Parameters:
    ///   - images: what is in each image, boxes in pixels, and what was found.
    ///   - classCount: labels are below it; others are left out.
    public init(_ images: [EvaluatedImage], classCount: Int) {
        let pairings = Self.pairings(images, classCount)
        // curves[area][class]; recall also needs fewer detections, over all areas alone.
        let curves = Self.areas.map { area in pairings.map { PrecisionCurves($0, areas: area, limit: 100) } }
        func fewer(_ limit: Int) -> [PrecisionCurves] {
            pairings.map { PrecisionCurves($0, areas: Self.areas[0], limit: limit) }
        }
        func precision(_ area: Int, _ levels: Range<Int>) -> Double? {
            Self.mean(curves[area].flatMap { $0.precision(levels) })
        }
        func recall(_ curves: [PrecisionCurves]) -> Double? { Self.mean(curves.flatMap(\.recall)) }
        meanAveragePrecision = precision(0, 0..<10)
        averagePrecisionAt50 = precision(0, 0..<1)
        averagePrecisionAt75 = precision(0, 5..<6)
        averagePrecisionOfSmall = precision(1, 0..<10)
        averagePrecisionOfMedium = precision(2, 0..<10)
        averagePrecisionOfLarge = precision(3, 0..<10)
        averageRecallWith1 = recall(fewer(Self.limits[0]))
        averageRecallWith10 = recall(fewer(Self.limits[1]))
        averageRecallWith100 = recall(curves[0])
        averageRecallOfSmall = recall(curves[1])
        averageRecallOfMedium = recall(curves[2])
        averageRecallOfLarge = recall(curves[3])
        classAveragePrecision = curves[0].map { Self.mean($0.precision(0..<10)) }
        classAveragePrecisionAt50 = curves[0].map { Self.mean($0.precision(0..<1)) }
        classPrecisionsAt50 = curves[0].map { $0.precision(0..<1) }
    }

    /// For each class its images, in order.
    private static func pairings(_ images: [EvaluatedImage], _ classCount: Int) -> [[COCOMatching.Pairing]] {
        var result = [[COCOMatching.Pairing]](repeating: [], count: classCount)
        for image in images {
            let objects = Dictionary(grouping: image.objects, by: \.label)
            let detections = Dictionary(grouping: image.detections.filter { !$0.score.isNaN }, by: \.label)
            for label in Set(objects.keys).union(detections.keys).sorted() where (0..<classCount).contains(label) {
                result[label].append(
                    COCOMatching.Pairing(
                        detections: detections[label] ?? [], objects: objects[label] ?? [], limit: limits[2]))
            }
        }
        return result
    }

    private static func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
}
