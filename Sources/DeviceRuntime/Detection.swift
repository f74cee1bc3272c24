/// What counts as found.
public struct DetectorLimits {
    /// Less sure candidates are left out, in 1/65 536.
    let score: UInt32
    /// Intersection over union above which two boxes of a class are of one object, in 1/65 536.
    let overlap: UInt64

    @inline(__always)
    public init(score: UInt16, overlap: UInt16) {
        self.score = UInt32(score)
        self.overlap = UInt64(overlap)
    }
}

/// Finds objects in the outputs of a detector: decodes scores, keeps the surest candidates, decodes their boxes, and of those of a class
/// that overlap keeps the surest.
///
/// - Parameters:
///   - grids: how many feature maps there are; `grid` makes each of them.
///   - candidates: memory for `capacity` candidates, aligned to 8 bytes.
///   - found: memory for `most` detections, six numbers each: x, y, width and height in sixteenths of a pixel, class, score in 1/65 536.
/// - Returns: how many were found, the surest first.
@inline(__always)
public func findObjects(
    _ head: DetectorHead, grids: Int, _ limits: DetectorLimits, candidates memory: UnsafeMutablePointer<UInt64>,
    capacity: Int, found: UnsafeMutablePointer<UInt16>, most: Int, _ grid: (Int) -> DetectorGrid
) -> Int {
    var candidates = Candidates(memory, capacity: capacity)
    var place: UInt32 = 0
    var index = 0
    while index < grids {
        let map = grid(index)
        switch head.style {
        case .ssd: collectSSD(map, head, from: place, limits, into: &candidates)
        case .yolo: collectYOLO(map, head, from: place, limits, into: &candidates)
        }
        place = place &+ UInt32(truncatingIfNeeded: map.count &* head.classes)
        index = index &+ 1
    }
    candidates.sort()
    var detections = Detections(found, most: most)
    index = 0
    while index < candidates.count, !detections.isFull {
        let (score, place) = candidates[index]
        var anchor = Int(truncatingIfNeeded: place / UInt32(truncatingIfNeeded: head.classes))
        let label = Int(truncatingIfNeeded: place) &- anchor &* head.classes
        var number = 0
        var map = grid(0)
        while anchor >= map.count {
            anchor = anchor &- map.count
            number = number &+ 1
            map = grid(number)
        }
        detections.add(map.box(anchor, head), label: UInt16(truncatingIfNeeded: label), score: score, limits)
        index = index &+ 1
    }
    return detections.count
}

/// Softmax of each anchor's logits; what is background by far costs no division.
@inline(never)
func collectSSD(
    _ grid: DetectorGrid, _ head: DetectorHead, from first: UInt32, _ limits: DetectorLimits,
    into candidates: inout Candidates
) {
    let classes = head.classes
    var logits = grid.scores
    var place = first
    var anchor = 0
    while anchor < grid.count {
        var largest = Int(logits[1])
        var label = 2
        while label <= classes {
            if Int(logits[label]) > largest { largest = Int(logits[label]) }
            label = label &+ 1
        }
        let background = Int(logits[0])
        // A class's probability is at most e^(its logit − the background's).
        if background <= largest || UInt32(grid.probabilities[background &- largest]) >= limits.score {
            let top = background > largest ? background : largest
            var sum: UInt32 = 0
            label = 0
            while label <= classes {
                sum = sum &+ UInt32(grid.probabilities[top &- Int(logits[label])])
                label = label &+ 1
            }
            label = 1
            while label <= classes {
                let share = UInt32(grid.probabilities[top &- Int(logits[label])]) &<< 16 / sum
                let score = share > 65_535 ? 65_535 : share
                if score >= limits.score {
                    candidates.add(score: score, place: place &+ UInt32(truncatingIfNeeded: label &- 1))
                }
                label = label &+ 1
            }
        }
        logits += classes &+ 1
        place = place &+ UInt32(truncatingIfNeeded: classes)
        anchor = anchor &+ 1
    }
}

/// The sigmoid of "an object" times that of each class.
@inline(never)
func collectYOLO(
    _ grid: DetectorGrid, _ head: DetectorHead, from first: UInt32, _ limits: DetectorLimits,
    into candidates: inout Candidates
) {
    let classes = head.classes
    let sigmoid = grid.probabilities + 128
    var own = grid.scores
    var place = first
    var anchor = 0
    while anchor < grid.count {
        let object = UInt32(sigmoid[Int(own[4])])
        if object >= limits.score {
            var label = 0
            while label < classes {
                let score = (object &* UInt32(sigmoid[Int(own[5 &+ label])])) &>> 16
                if score >= limits.score {
                    candidates.add(score: score, place: place &+ UInt32(truncatingIfNeeded: label))
                }
                label = label &+ 1
            }
        }
        own += classes &+ 5
        place = place &+ UInt32(truncatingIfNeeded: classes)
        anchor = anchor &+ 1
    }
}

/// What was found so far, six numbers each.
private struct Detections {
    private let memory: UnsafeMutablePointer<UInt16>
    private let most: Int
    private(set) var count = 0

    @inline(__always)
    init(_ memory: UnsafeMutablePointer<UInt16>, most: Int) {
        self.memory = memory
        self.most = most
    }

    @inline(__always)
    var isFull: Bool { count >= most }

    /// Takes a box that is none of the same class's over again. Boxes come by falling score.
    mutating func add(_ box: DetectedBox, label: UInt16, score: UInt16, _ limits: DetectorLimits) {
        guard box.right > box.left, box.bottom > box.top else { return }
        var other = memory
        var index = 0
        while index < count {
            if other[4] == label, Self.box(other).overlaps(box, by: limits.overlap) { return }
            other += 6
            index = index &+ 1
        }
        other[0] = UInt16(truncatingIfNeeded: box.left)
        other[1] = UInt16(truncatingIfNeeded: box.top)
        other[2] = UInt16(truncatingIfNeeded: box.right &- box.left)
        other[3] = UInt16(truncatingIfNeeded: box.bottom &- box.top)
        other[4] = label
        other[5] = score
        count = count &+ 1
    }

    private static func box(_ numbers: UnsafeMutablePointer<UInt16>) -> DetectedBox {
        let (x, y) = (Int32(numbers[0]), Int32(numbers[1]))
        return DetectedBox(left: x, top: y, right: x &+ Int32(numbers[2]), bottom: y &+ Int32(numbers[3]))
    }
}
