/// Hard-negative mining (SSD, section 2.2): of the many anchors without an object, training looks at those that are most wrong.
public enum HardNegatives {
    /// The background anchors with the largest losses.
    ///
    /// - Parameters:
    ///   - losses: of one image's anchors.
    ///   - labels: as `AnchorTargets` has them; only anchors labelled 0 are chosen.
    ///   - ratio: how many for each anchor with an object; an image without objects counts as if it had one.
    /// - Returns: indices, the largest loss first; equal losses in their order.
    public static func choose(losses: ArraySlice<Float>, labels: [Int64], ratio: Double) -> [Int] {
        let positives = labels.count { $0 > 0 }
        let wanted = max(0, min(Double(labels.count), (ratio * Double(max(1, positives))).rounded()))
        let candidates = zip(labels, losses).enumerated().filter { $0.element.0 == 0 }
            .map { (index: $0.offset, loss: $0.element.1) }
        let sorted = candidates.sorted { ($1.loss, $0.index) < ($0.loss, $1.index) }
        return sorted.prefix(Int(wanted)).map(\.index)
    }
}
