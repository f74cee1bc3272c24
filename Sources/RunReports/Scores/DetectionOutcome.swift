import Detection

/// What became of the objects and the detections of an image: found, missed, and false alarms.
///
/// Detections choose by falling score; each takes the object of its class that it overlaps most and that nobody has
/// taken, from an overlap of
/// 0.5 on. Crowds and objects that count as difficult are neither missed, nor is what finds them a false alarm.
public struct DetectionOutcome: Sendable, Equatable {
    public private(set) var found: [Detection] = []
    public private(set) var falseAlarms: [Detection] = []
    public let missed: [GroundTruth]

    /// Pairs what is in an image with what was found there.
    ///
    /// - Parameter score: less sure detections do not count.
    public init(_ image: EvaluatedImage, score: Double, overlap: Double = 0.5) {
        let detections = image.detections.filter { $0.score >= score }.enumerated()
            .sorted { ($1.element.score, $0.offset) < ($0.element.score, $1.offset) }.map(\.element)
        var isTaken = [Bool](repeating: false, count: image.objects.count)
        for detection in detections {
            let near = image.objects.indices.filter {
                !isTaken[$0] && image.objects[$0].label == detection.label
                    && image.objects[$0].overlap(with: detection.box) >= overlap
            }
            let single = near.filter { !image.objects[$0].isCrowd }.max {
                image.objects[$0].overlap(with: detection.box) < image.objects[$1].overlap(with: detection.box)
            }
            if let single {
                isTaken[single] = true
                if !image.objects[single].isDifficult { found.append(detection) }
            } else if near.isEmpty {
                falseAlarms.append(detection)
            }
        }
        missed = zip(image.objects, isTaken).filter { !$1 && !$0.isCrowd && !$0.isDifficult }.map(\.0)
    }

    /// The score from which on detections are worth the most: of 0.05, 0.10 … 0.95 the one with the highest F1, 2 ·
    /// found / (2 · found + false
    /// alarms + missed) over all images; of equal ones that nearest to 0.5.
    public static func bestScore(_ images: [EvaluatedImage]) -> Double {
        let candidates = (1...19).map { step -> (score: Double, f1: Double) in
            let score = Double(step) / 20
            var (found, wrong) = (0, 0)
            for image in images {
                let outcome = DetectionOutcome(image, score: score)
                found += outcome.found.count
                wrong += outcome.falseAlarms.count + outcome.missed.count
            }
            return (score, Double(2 * found) / Double(max(1, 2 * found + wrong)))
        }
        return candidates.max { ($0.f1, -abs($0.score - 0.5)) < ($1.f1, -abs($1.score - 0.5)) }?.score ?? 0.5
    }

    /// How much there is to see: the surest false alarm, and a little for each object that was missed.
    public var weight: Double { (falseAlarms.map(\.score).max() ?? 0) + 0.25 * Double(min(missed.count, 4)) }
}
