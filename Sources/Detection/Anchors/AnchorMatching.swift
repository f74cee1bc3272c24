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
        // For each object its overlap with every anchor.
        var overlaps = [[Double]](repeating: [], count: boxes.count)
        for (object, box) in boxes.enumerated() where box.isProper {
            overlaps[object] = anchors.map { box.intersectionOverUnion($0) }
            for (index, overlap) in overlaps[object].enumerated()
            where overlap > 0 && overlap >= threshold && overlap > best[index] {
                best[index] = overlap
                objects[index] = object
            }
        }
        // Best pairs first, each object and each anchor once, so that no object goes without while an anchor sees it.
        var taken = [Bool](repeating: false, count: anchors.count)
        func favourite(of object: Int) -> (overlap: Double, anchor: Int)? {
            var found: (overlap: Double, anchor: Int)?
            for (anchor, overlap) in overlaps[object].enumerated()
            where overlap > (found?.overlap ?? 0) && !taken[anchor] { found = (overlap, anchor) }
            return found
        }
        var favourites = overlaps.indices.map { favourite(of: $0) }
        while true {
            var next: (object: Int, overlap: Double, anchor: Int)?
            for (object, favourite) in favourites.enumerated() {
                guard let favourite, favourite.overlap > (next?.overlap ?? 0) else { continue }
                next = (object, favourite.overlap, favourite.anchor)
            }
            guard let pair = next else { break }
            if taken[pair.anchor] {
                favourites[pair.object] = favourite(of: pair.object)
                continue
            }
            taken[pair.anchor] = true
            objects[pair.anchor] = pair.object
            favourites[pair.object] = nil
        }
        self.objects = objects
    }
}
