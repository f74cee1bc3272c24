/// Where a mean average precision at an overlap of 0.50 may well lie on other images of the same kind: the 95 % interval of
/// the percentile bootstrap (Efron and Tibshirani, *An Introduction to the Bootstrap*, 1993, chapter 13).
///
/// From the images as many are drawn as there are, with replacement, and scored, a thousand times; 95 % of the scores lie
/// between `lower` and `upper`. Of few images it is rather too narrow.
public struct PrecisionInterval: Sendable, Equatable {
    public let lower: Double
    public let upper: Double

    /// The interval of a score; nil where there is nothing to find.
    ///
    /// - Parameters:
    ///   - images: what is in each image, and what was found.
    ///   - classCount: labels are below it; others are left out.
    ///   - draws: how often images are drawn.
    ///   - generator: draws them.
    public init?(
        _ images: [EvaluatedImage], classCount: Int, draws: Int = 1000,
        using generator: inout some RandomNumberGenerator
    ) {
        let classes = (0..<classCount).compactMap { Findings(images, label: $0) }
        guard !classes.isEmpty else { return nil }
        var scores: [Double] = []
        for _ in 0..<draws {
            var counts = [Int](repeating: 0, count: images.count)
            for _ in images { counts[Int(generator.next() % UInt64(images.count))] += 1 }
            let precisions = classes.compactMap { $0.averagePrecision(counts) }
            // Drawn from images without objects alone: it says nothing.
            guard !precisions.isEmpty else { continue }
            scores.append(precisions.reduce(0, +) / Double(precisions.count))
        }
        guard !scores.isEmpty else { return nil }
        scores.sort()
        let outside = scores.count / 40
        (lower, upper) = (scores[outside], scores[scores.count - 1 - outside])
    }

    /// What was found of one class in all images.
    private struct Findings {
        /// The surest first.
        private var detections: [(score: Double, image: Int, isRight: Bool)] = []
        /// For each image how many there are to find.
        private var objects: [Int]

        /// nil for a class without objects.
        init?(_ images: [EvaluatedImage], label: Int) {
            objects = [Int](repeating: 0, count: images.count)
            for (index, image) in images.enumerated() {
                let pairing = COCOMatching.Pairing(
                    detections: image.detections.filter { $0.label == label && !$0.score.isNaN },
                    objects: image.objects.filter { $0.label == label }, limit: COCOEvaluation.limits[2])
                let matching = COCOMatching(
                    pairing, thresholds: [COCOEvaluation.thresholds[0]], areas: COCOEvaluation.areas[0])
                objects[index] = matching.objectCount
                for (place, score) in matching.scores.enumerated() where !matching.isIgnored[place] {
                    detections.append((score, index, matching.isMatched[place]))
                }
            }
            guard objects.contains(where: { $0 > 0 }) else { return nil }
            // Equal scores in the order of images, as they are scored.
            detections = detections.enumerated()
                .sorted { ($1.element.score, $0.offset) < ($0.element.score, $1.offset) }.map(\.element)
        }

        /// With so many of each image; nil where there is nothing to find in these.
        func averagePrecision(_ counts: [Int]) -> Double? {
            let all = zip(objects, counts).reduce(0) { $0 + $1.0 * $1.1 }
            guard all > 0 else { return nil }
            var (right, wrong) = (0, 0)
            var (recalls, precisions): ([Double], [Double]) = ([], [])
            for detection in detections where counts[detection.image] > 0 {
                if detection.isRight { right += counts[detection.image] } else { wrong += counts[detection.image] }
                recalls.append(Double(right) / Double(all))
                precisions.append(Double(right) / Double(right + wrong))
            }
            let read = PrecisionCurves.interpolated(precisions, recalls)
            return read.reduce(0, +) / Double(read.count)
        }
    }
}
