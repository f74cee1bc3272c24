extension [Detection] {
    /// Greedy non-maximum suppression, each class by itself: of detections that overlap by more than `threshold`, the surest stays.
    ///
    /// - Parameters:
    ///   - threshold: intersection over union above which two boxes are of one object.
    ///   - minimumScore: less sure ones are left out from the start.
    ///   - maximumCount: at most so many stay, the surest.
    /// - Returns: detections by falling score; equal scores keep their order. Boxes and scores that are no numbers are left out.
    public func suppressed(threshold: Double, minimumScore: Double = 0, maximumCount: Int = 100) -> [Detection] {
        let candidates = enumerated()
            .filter { $0.element.score >= minimumScore && $0.element.box.isProper }
            .sorted { ($1.element.score, $0.offset) < ($0.element.score, $1.offset) }
        var kept: [Detection] = []
        for (_, candidate) in candidates {
            guard kept.count < maximumCount else { break }
            // Few stay, so looking at all of them costs less than keeping a list for each class.
            let isSuppressed = kept.contains {
                $0.label == candidate.label && $0.box.intersectionOverUnion(candidate.box) > threshold
            }
            if !isSuppressed { kept.append(candidate) }
        }
        return kept
    }
}
