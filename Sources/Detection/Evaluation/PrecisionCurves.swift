/// Precision over recall of one class, at each of COCO's overlaps.
struct PrecisionCurves {
    /// At each overlap the largest recall; empty where the class has no objects.
    private(set) var recall: [Double] = []
    /// At each overlap the precision at each of 101 recalls; empty where the class has no objects.
    private var precisions: [[Double]] = []

    /// Counts what is found among objects of a range of areas, with at most `limit` detections an image.
    init(_ images: [COCOMatching.Pairing], areas: ClosedRange<Double>, limit: Int) {
        let thresholds = COCOEvaluation.thresholds
        let matchings = images.map { COCOMatching($0, thresholds: thresholds, areas: areas) }
        let objects = matchings.reduce(0) { $0 + $1.objectCount }
        guard objects > 0 else { return }
        var places: [(score: Double, image: Int, detection: Int)] = []
        for (image, matching) in matchings.enumerated() {
            for (detection, score) in matching.scores.prefix(limit).enumerated() {
                places.append((score, image, detection))
            }
        }
        // Falling scores; equal ones in the order of images.
        let order = places.indices.sorted { (places[$1].score, $0) < (places[$0].score, $1) }
        for level in thresholds.indices {
            var (hits, misses) = (0.0, 0.0)
            var (recalls, precision): ([Double], [Double]) = ([], [])
            recalls.reserveCapacity(order.count)
            precision.reserveCapacity(order.count)
            for index in order {
                let place = places[index]
                let matching = matchings[place.image]
                let entry = level * matching.scores.count + place.detection
                if !matching.isIgnored[entry] {
                    if matching.isMatched[entry] { hits += 1 } else { misses += 1 }
                }
                recalls.append(hits / Double(objects))
                precision.append(hits / (hits + misses + Double.ulpOfOne))
            }
            recall.append(recalls.last ?? 0)
            precisions.append(Self.interpolated(precision, recalls))
        }
    }

    /// At each of 101 recalls the best precision that is reached there or later; 0 where that recall is never reached.
    static func interpolated(_ precision: [Double], _ recalls: [Double]) -> [Double] {
        var falling = precision
        for index in falling.indices.dropLast().reversed() { falling[index] = max(falling[index], falling[index + 1]) }
        var index = 0
        return COCOEvaluation.recalls.map { recall in
            while index < recalls.count, recalls[index] < recall { index += 1 }
            return index < falling.count ? falling[index] : 0
        }
    }

    /// Every precision at a range of overlaps.
    func precision(_ levels: Range<Int>) -> [Double] {
        precisions.isEmpty ? [] : precisions[levels].flatMap { $0 }
    }
}
