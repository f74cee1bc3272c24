/// Which object each anchor has to find (SSD, section 2.2).
public struct AnchorMatching: Sendable, Hashable {
    /// For each anchor the index of its object, or nil for background.
    public let objects: [Int?]

    /// Matches anchors to objects: each object gets the anchor that overlaps it most, and then each anchor the object that overlaps it by
    /// at least `threshold`.
    ///
    /// - Parameters:
    ///   - boxes: the objects; empty ones match nothing.
    ///   - threshold: intersection over union.
    public init(anchors: [Box], boxes: [Box], threshold: Double = 0.5) {
        var objects = [Int?](repeating: nil, count: anchors.count)
        var best = [Double](repeating: 0, count: anchors.count)
        // For each object its overlaps, so that the best pairs can be given away first.
        var pairs: [(overlap: Double, object: Int, anchor: Int)] = []
        for (object, box) in boxes.enumerated() where box.isProper {
            for (index, anchor) in anchors.enumerated() {
                let overlap = box.intersectionOverUnion(anchor)
                guard overlap > 0 else { continue }
                pairs.append((overlap, object, index))
                if overlap >= threshold, overlap > best[index] {
                    best[index] = overlap
                    objects[index] = object
                }
            }
        }
        // Best pairs first, each object and each anchor once, so that no object goes without while an anchor sees it.
        pairs.sort { ($1.overlap, $0.object, $0.anchor) < ($0.overlap, $1.object, $1.anchor) }
        var (served, taken) = (Set<Int>(), Set<Int>())
        for pair in pairs where !served.contains(pair.object) && !taken.contains(pair.anchor) {
            served.insert(pair.object)
            taken.insert(pair.anchor)
            objects[pair.anchor] = pair.object
        }
        self.objects = objects
    }
}
