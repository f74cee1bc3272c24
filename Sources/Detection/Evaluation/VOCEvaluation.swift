/// Average precision as Pascal VOC defines it (Everingham et al., *The Pascal Visual Object Classes Challenge*, 2010).
///
/// A detection is right where it overlaps an object that no surer one has found by at least 0.5; difficult objects count neither way.
public struct VOCEvaluation: Sendable {
    /// How a curve of precision over recall becomes one number.
    public enum Rule: String, Sendable, CaseIterable {
        /// The area below the curve (from 2010 on).
        case area
        /// The mean at the recalls 0, 0.1 … 1 (up to 2009).
        case elevenPoints = "11-points"
    }

    /// For each class its average precision; nil for one without objects.
    public let classAveragePrecision: [Double?]

    /// Mean over classes that have objects; nil where none has.
    public var meanAveragePrecision: Double? {
        let known = classAveragePrecision.compactMap { $0 }
        return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
    }

    /// Scores detections; labels are below `classCount`.
    public init(_ images: [EvaluatedImage], classCount: Int, overlap: Double = 0.5, rule: Rule = .area) {
        classAveragePrecision = (0..<classCount).map { Self.averagePrecision(images, label: $0, overlap, rule) }
    }

    private static func averagePrecision(
        _ images: [EvaluatedImage], label: Int, _ overlap: Double, _ rule: Rule
    ) -> Double? {
        let objects = images.map { image in image.objects.filter { $0.label == label } }
        let count = objects.reduce(0) { $0 + $1.count { !$0.isDifficult } }
        guard count > 0 else { return nil }
        var found = objects.map { [Bool](repeating: false, count: $0.count) }
        let detections = images.enumerated().flatMap { image, content in
            content.detections.filter { $0.label == label && !$0.score.isNaN }.map { (image: image, detection: $0) }
        }
        let order = detections.indices.sorted {
            (detections[$1].detection.score, $0) < (detections[$0].detection.score, $1)
        }
        var (hits, misses) = (0.0, 0.0)
        var curve: [(recall: Double, precision: Double)] = []
        for index in order {
            let (image, detection) = detections[index]
            let overlaps = objects[image].map { $0.box.intersectionOverUnion(detection.box) }
            let best = overlaps.indices.max { overlaps[$0] < overlaps[$1] }
            if let best, overlaps[best] >= overlap {
                if objects[image][best].isDifficult { continue }
                if found[image][best] { misses += 1 } else { hits += 1 }
                found[image][best] = true
            } else {
                misses += 1
            }
            curve.append((hits / Double(count), hits / (hits + misses)))
        }
        return area(curve, rule)
    }

    private static func area(_ curve: [(recall: Double, precision: Double)], _ rule: Rule) -> Double {
        var best = curve.map(\.precision)
        for index in best.indices.dropLast().reversed() { best[index] = max(best[index], best[index + 1]) }
        switch rule {
        case .area:
            var (sum, last) = (0.0, 0.0)
            for (point, precision) in zip(curve, best) {
                sum += (point.recall - last) * precision
                last = point.recall
            }
            return sum
        case .elevenPoints:
            // A recall counts as reached within rounding: k/10 has no exact binary form.
            return (0...10).map { step in
                curve.indices.first { curve[$0].recall >= Double(step) / 10 - 1e-12 }.map { best[$0] } ?? 0
            }.reduce(0, +) / 11
        }
    }
}
