/// How the detections of one class in one image pair with its objects, as COCO's evaluation does it.
///
/// Detections choose by falling score; each takes the object that it overlaps most and that nobody has taken, objects that count before
/// those that do not. Objects that do not count are crowds and those outside the range of areas.
struct COCOMatching {
    /// Scores, falling.
    let scores: [Double]
    /// For each threshold, one after the other, whether each detection found something.
    private(set) var isMatched: [Bool]
    /// For each threshold whether each detection counts neither way.
    private(set) var isIgnored: [Bool]
    /// Objects that count.
    let objectCount: Int

    /// Everything about a class in an image that does not depend on the range of areas.
    struct Pairing {
        let detections: [Detection]
        let objects: [GroundTruth]
        /// Overlap of each detection with each object, row after row.
        let overlaps: [Double]

        /// Keeps the `limit` surest detections, equal scores in their order.
        init(detections: [Detection], objects: [GroundTruth], limit: Int) {
            let sorted = detections.enumerated()
                .sorted { ($1.element.score, $0.offset) < ($0.element.score, $1.offset) }
                .prefix(limit).map(\.element)
            self.detections = sorted
            self.objects = objects
            overlaps = sorted.flatMap { detection in objects.map { $0.overlap(with: detection.box) } }
        }
    }

    /// Pairs for each of `thresholds` of overlap, with objects of other areas than `areas` ignored.
    init(_ pairing: Pairing, thresholds: [Double], areas: ClosedRange<Double>) {
        let (detections, objects) = (pairing.detections, pairing.objects)
        scores = detections.map(\.score)
        let isAside = objects.map { $0.isCrowd || !areas.contains($0.area) }
        // Objects that count come first; a detection looks at the others only where none of these will do.
        let order = objects.indices.filter { !isAside[$0] } + objects.indices.filter { isAside[$0] }
        objectCount = isAside.count { !$0 }
        isMatched = [Bool](repeating: false, count: thresholds.count * detections.count)
        isIgnored = isMatched
        let isOutside = detections.map { !areas.contains($0.box.area) }
        var isTaken = [Bool](repeating: false, count: objects.count)
        for (level, threshold) in thresholds.enumerated() {
            for index in isTaken.indices { isTaken[index] = false }
            for index in detections.indices {
                var found: Int?
                var best = min(threshold, 1 - 1e-10)
                for object in order {
                    if isTaken[object], !objects[object].isCrowd { continue }
                    if let found, !isAside[found], isAside[object] { break }
                    let overlap = pairing.overlaps[index * objects.count + object]
                    if overlap < best { continue }
                    best = overlap
                    found = object
                }
                let place = level * detections.count + index
                if let found {
                    isTaken[found] = true
                    isMatched[place] = true
                    isIgnored[place] = isAside[found]
                } else {
                    isIgnored[place] = isOutside[index]
                }
            }
        }
    }
}
