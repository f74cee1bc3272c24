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
        var wishes = boxes.map { _ in Wishes() }
        for (object, box) in boxes.enumerated() where box.isProper {
            let overlaps = anchors.map { box.intersectionOverUnion($0) }
            for (index, overlap) in overlaps.enumerated()
            where overlap > 0 && overlap >= threshold && overlap > best[index] {
                best[index] = overlap
                objects[index] = object
            }
            wishes[object] = Wishes(overlaps, atMost: boxes.count)
        }
        // Best pairs first, each object and each anchor once, so that no object goes without while an anchor sees it.
        var taken = [Bool](repeating: false, count: anchors.count)
        var left = anchors.count
        var queue = WishQueue(
            wishes.enumerated().compactMap { object, wishes in
                wishes.first.map { WishQueue.Entry(object: object, overlap: $0.overlap) }
            })
        while left > 0, let object = queue.first?.object {
            if let wish = wishes[object].first, !taken[wish.anchor] {
                taken[wish.anchor] = true
                left -= 1
                objects[wish.anchor] = object
                queue.replaceFirst(with: nil)
                continue
            }
            // Nothing that is taken comes back, so each object goes through its anchors once.
            wishes[object].drop { taken[$0] }
            if wishes[object].isCut, wishes[object].first == nil {
                wishes[object] = Wishes(
                    anchors.indices.map { taken[$0] ? 0 : boxes[object].intersectionOverUnion(anchors[$0]) },
                    atMost: boxes.count)
            }
            queue.replaceFirst(with: wishes[object].first?.overlap)
        }
        self.objects = objects
    }
}

/// The anchors that an object would like, the one that overlaps it most first; of equal ones that of the lower index.
private struct Wishes {
    private var wishes: [(anchor: Int, overlap: Double)] = []
    private var place = 0
    /// Whether there are more than are kept.
    let isCut: Bool

    /// Few enough that thousands of objects stay small.
    private static let kept = 512
    /// Up to so many are quicker put in order one by one.
    private static let few = 16

    init() { isCut = false }

    /// Wishes by the overlaps with all anchors.
    ///
    /// - Parameter count: of all objects: none loses more anchors than that to others.
    init(_ overlaps: [Double], atMost count: Int) {
        let limit = min(count, Self.kept)
        if limit <= Self.few {
            for (anchor, overlap) in overlaps.enumerated() where overlap > 0 {
                if wishes.count == limit, overlap <= wishes[limit - 1].overlap { continue }
                let place = wishes.firstIndex { $0.overlap < overlap } ?? wishes.count
                wishes.insert((anchor, overlap), at: place)
                if wishes.count > limit { wishes.removeLast() }
            }
        } else {
            wishes = overlaps.indices.filter { overlaps[$0] > 0 }.map { ($0, overlaps[$0]) }
            if wishes.count > limit {
                Self.moveForward(limit, of: &wishes)
                wishes.removeLast(wishes.count - limit)
            }
            wishes.sort(by: Self.isBefore)
        }
        isCut = limit < count && wishes.count == limit
    }

    private static func isBefore(_ one: (anchor: Int, overlap: Double), _ other: (anchor: Int, overlap: Double)) -> Bool
    {
        one.overlap > other.overlap || (one.overlap == other.overlap && one.anchor < other.anchor)
    }

    /// Moves the first `count` in order to the front, in any order (Hoare, “Algorithm 65: find”, 1961): linear on average.
    private static func moveForward(_ count: Int, of wishes: inout [(anchor: Int, overlap: Double)]) {
        var (low, high) = (0, wishes.count - 1)
        while low < high {
            let pivot = wishes[(low + high) / 2]
            var (left, right) = (low, high)
            while left <= right {
                while isBefore(wishes[left], pivot) { left += 1 }
                while isBefore(pivot, wishes[right]) { right -= 1 }
                guard left <= right else { break }
                wishes.swapAt(left, right)
                left += 1
                right -= 1
            }
            if count - 1 <= right { high = right } else if count - 1 >= left { low = left } else { return }
        }
    }

    var first: (anchor: Int, overlap: Double)? { place < wishes.count ? wishes[place] : nil }

    /// Passes over wishes as long as they cannot be fulfilled.
    mutating func drop(while isTaken: (Int) -> Bool) {
        while place < wishes.count, isTaken(wishes[place].anchor) { place += 1 }
    }
}

/// Objects by the overlap with what they wish for most; equal ones by their index. A binary heap.
private struct WishQueue {
    struct Entry {
        let object: Int
        let overlap: Double

        func isBefore(_ other: Entry) -> Bool { (other.overlap, object) < (overlap, other.object) }
    }

    private var entries: [Entry]

    init(_ entries: [Entry]) {
        self.entries = entries
        for place in stride(from: entries.count / 2 - 1, through: 0, by: -1) { sink(place) }
    }

    var first: Entry? { entries.first }

    /// The first object has another overlap from now on, or is done.
    mutating func replaceFirst(with overlap: Double?) {
        guard let first = entries.first, let last = entries.last else { return }
        if let overlap {
            entries[0] = Entry(object: first.object, overlap: overlap)
        } else {
            entries[0] = last
            entries.removeLast()
        }
        sink(0)
    }

    private mutating func sink(_ start: Int) {
        var place = start
        while 2 * place + 1 < entries.count {
            var child = 2 * place + 1
            if child + 1 < entries.count, entries[child + 1].isBefore(entries[child]) { child += 1 }
            guard entries[child].isBefore(entries[place]) else { return }
            entries.swapAt(place, child)
            place = child
        }
    }
}
