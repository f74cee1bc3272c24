import Foundation
import Networks

/// What a detector should say of one image: a class for each anchor, and a box where there is an object.
public struct AnchorTargets: Sendable, Hashable {
    /// For each anchor, grid after grid: 0 for background, 1 + the class of its object, or −1 where either answer will do.
    public private(set) var labels: [Int64]
    /// The anchors that have an object, rising.
    public private(set) var positives: [Int]
    /// Four numbers for each of them: offsets of SSD, or of YOLO the place in the cell (0 to 1) and logarithms of the size.
    public private(set) var offsets: [Float]

    /// The targets of an image.
    ///
    /// - Parameters:
    ///   - objects: boxes as shares of the image. Crowds are no objects to learn, and what overlaps them is no background either.
    ///   - threshold: overlap from which an anchor has to find an object (SSD), or need not say that there is none (YOLO).
    public init(_ anchors: DetectorAnchors, objects: [GroundTruth], threshold: Double = 0.5) {
        labels = [Int64](repeating: 0, count: anchors.boxes.count)
        (positives, offsets) = ([], [])
        let learned = objects.filter {
            !$0.isCrowd && $0.box.isProper && (0..<anchors.layout.classes).contains($0.label)
        }
        for crowd in objects where crowd.isCrowd && crowd.box.isProper {
            for (index, anchor) in anchors.boxes.enumerated()
            where crowd.box.intersectionOverUnion(anchor) >= threshold { labels[index] = -1 }
        }
        switch anchors.layout.style {
        case .ssd: matchByOverlap(anchors, learned, threshold)
        case .yolo: matchByCell(anchors, learned, threshold)
        }
    }

    private mutating func matchByOverlap(_ anchors: DetectorAnchors, _ objects: [GroundTruth], _ threshold: Double) {
        let matching = AnchorMatching(anchors: anchors.boxes, boxes: objects.map(\.box), threshold: threshold)
        for (index, match) in matching.objects.enumerated() {
            guard let match else { continue }
            labels[index] = Int64(objects[match].label + 1)
            positives.append(index)
            offsets += anchors.coder.encode(objects[match].box, anchor: anchors.boxes[index]).map(Float.init)
        }
    }

    /// YOLO: the cell that holds the object's centre, and the anchor whose shape is nearest; the next nearest where that is taken.
    private mutating func matchByCell(_ anchors: DetectorAnchors, _ objects: [GroundTruth], _ threshold: Double) {
        for object in objects {
            for (index, anchor) in anchors.boxes.enumerated()
            where object.box.intersectionOverUnion(anchor) >= threshold { labels[index] = -1 }
        }
        var chosen: [Int: [Float]] = [:]
        for object in objects {
            let shape = Box(centerX: 0, centerY: 0, width: object.box.width, height: object.box.height)
            var best: (overlap: Double, index: Int, offsets: [Float])?
            for (grid, start) in zip(anchors.layout.grids, anchors.starts) {
                let x = object.box.centerX * Double(grid.columns)
                let y = object.box.centerY * Double(grid.rows)
                let column = max(0, min(grid.columns - 1, Int(max(-1, min(x, 1e6)))))
                let row = max(0, min(grid.rows - 1, Int(max(-1, min(y, 1e6)))))
                for (number, size) in grid.sizes.enumerated() {
                    let index = start + (row * grid.columns + column) * grid.sizes.count + number
                    let overlap = shape.intersectionOverUnion(
                        Box(centerX: 0, centerY: 0, width: size.width, height: size.height))
                    guard chosen[index] == nil, overlap > best?.overlap ?? -1 else { continue }
                    let values = [
                        max(0, min(1, x - Double(column))), max(0, min(1, y - Double(row))),
                        log(object.box.width / size.width), log(object.box.height / size.height),
                    ]
                    best = (overlap, index, values.map(Float.init))
                }
            }
            guard let best else { continue }
            chosen[best.index] = best.offsets
            labels[best.index] = Int64(object.label + 1)
        }
        positives = chosen.keys.sorted()
        offsets = positives.flatMap { chosen[$0] ?? [] }
    }
}

/// The anchors of a detector, made once.
public struct DetectorAnchors: Sendable {
    public let layout: DetectorLayout
    /// Of all grids, as shares of the image.
    public let boxes: [Box]
    /// For each grid the place of its first anchor.
    public let starts: [Int]
    let coder: BoxCoder

    /// The anchors of a layout.
    public init(_ layout: DetectorLayout) {
        self.layout = layout
        boxes = layout.grids.flatMap(\.anchors)
        var starts: [Int] = []
        var count = 0
        for grid in layout.grids {
            starts.append(count)
            count += grid.rows * grid.columns * grid.sizes.count
        }
        self.starts = starts
        coder = BoxCoder(centerVariance: layout.centerVariance, sizeVariance: layout.sizeVariance)
    }
}
