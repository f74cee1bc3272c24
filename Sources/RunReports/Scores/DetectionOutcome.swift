import Detection

/// What became of the objects and the detections of an image: found, missed, and false alarms.
///
/// Detections choose by falling score; each takes the object of its class that it overlaps most and that nobody has taken, from an overlap of
/// 0.5 on. Crowds and objects that count as difficult are neither missed, nor is what finds them a false alarm.
public struct DetectionOutcome: Sendable, Equatable {
    public private(set) var found: [Detection] = []
    public private(set) var falseAlarms: [Detection] = []
    public let missed: [GroundTruth]

    /// Pairs what is in an image with what was found there.
    ///
    /// - Parameter score: less sure detections do not count.
    public init(_ image: EvaluatedImage, score: Double = 0.5, overlap: Double = 0.5) {
        let detections = image.detections.filter { $0.score >= score }.enumerated()
            .sorted { ($1.element.score, $0.offset) < ($0.element.score, $1.offset) }.map(\.element)
        var isTaken = [Bool](repeating: false, count: image.objects.count)
        for detection in detections {
            let free = image.objects.indices.filter { !isTaken[$0] && image.objects[$0].label == detection.label }
            let overlaps = free.map { image.objects[$0].box.intersectionOverUnion(detection.box) }
            guard let best = overlaps.indices.max(by: { overlaps[$0] < overlaps[$1] }), overlaps[best] >= overlap else {
                falseAlarms.append(detection)
                continue
            }
            let object = image.objects[free[best]]
            if object.isCrowd { continue }
            isTaken[free[best]] = true
            if !object.isDifficult { found.append(detection) }
        }
        missed = zip(image.objects, isTaken).filter { !$1 && !$0.isCrowd && !$0.isDifficult }.map(\.0)
    }

    /// How much there is to see: the surest false alarm, and a little for each object that was missed.
    public var weight: Double { (falseAlarms.map(\.score).max() ?? 0) + 0.25 * Double(min(missed.count, 4)) }
}
