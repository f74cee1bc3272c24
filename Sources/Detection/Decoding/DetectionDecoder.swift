import Foundation
import Networks

/// Makes detections of what a detector puts out.
///
/// ```swift
/// let decoder = DetectionDecoder(layout)
/// let found = decoder.detections(outputs)      // boxes as shares of the image, the surest first
/// ```
public struct DetectionDecoder: Sendable {
    public let anchors: DetectorAnchors
    /// Less sure detections are left out.
    public var minimumScore = 0.01
    /// Overlap above which two detections of a class are of one object.
    public var overlap = 0.45
    /// At most so many an image, the surest.
    public var maximumCount = 100
    /// At most so many go into suppression, the surest.
    public var candidateCount = 1000

    /// A decoder of a layout.
    public init(_ layout: DetectorLayout) { anchors = DetectorAnchors(layout) }

    /// The detections of one image.
    ///
    /// - Parameter outputs: the detector's outputs in their order, each `[rows, columns, channels]`. Too few numbers give no detections.
    public func detections(_ outputs: [ArraySlice<Float>]) -> [Detection] {
        let counts = anchors.layout.outputShapes.map(\.count)
        guard outputs.count == counts.count, zip(outputs, counts).allSatisfy({ $0.count == $1 }) else { return [] }
        var found: [Detection] = []
        for (grid, start) in anchors.starts.enumerated() {
            let places = anchors.layout.grids[grid]
            let count = places.rows * places.columns * places.sizes.count
            switch anchors.layout.style {
            case .ssd: decodeSSD(outputs[2 * grid], outputs[2 * grid + 1], start, count, into: &found)
            case .yolo: decodeYOLO(outputs[grid], places, start, count, into: &found)
            }
        }
        if found.count > candidateCount {
            let order = found.indices.sorted { (found[$1].score, $0) < (found[$0].score, $1) }
            found = order.prefix(candidateCount).map { found[$0] }
        }
        return found.suppressed(threshold: overlap, minimumScore: minimumScore, maximumCount: maximumCount)
    }

    private func decodeSSD(
        _ logits: ArraySlice<Float>, _ offsets: ArraySlice<Float>, _ start: Int, _ count: Int,
        into found: inout [Detection]
    ) {
        let width = anchors.layout.classes + 1
        // A class's probability is at most e^(its logit − the background's), so most anchors need no exponential.
        let least = Float(log(max(minimumScore, 1e-30)))
        logits.withUnsafeBufferPointer { logits in
            offsets.withUnsafeBufferPointer { offsets in
                for index in 0..<count {
                    let own = UnsafeBufferPointer(rebasing: logits[index * width..<(index + 1) * width])
                    var largest = -Float.infinity
                    for label in 1..<width { largest = max(largest, own[label]) }
                    guard largest - own[0] >= least else { continue }
                    let top = max(largest, own[0])
                    var sum = 0.0
                    for logit in own { sum += exp(Double(logit - top)) }
                    var box: Box?
                    for label in 1..<width {
                        let score = exp(Double(own[label] - top)) / sum
                        guard score >= minimumScore else { continue }
                        let place =
                            box
                            ?? anchors.coder.decode(
                                offsets[4 * index..<4 * index + 4].map(Double.init),
                                anchor: anchors.boxes[start + index])
                        box = place
                        found.append(Detection(box: place.clipped(), label: label - 1, score: score))
                    }
                }
            }
        }
    }

    private func decodeYOLO(
        _ output: ArraySlice<Float>, _ grid: AnchorGrid, _ start: Int, _ count: Int, into found: inout [Detection]
    ) {
        let width = anchors.layout.classes + 5
        func sigmoid(_ x: Float) -> Double { 1 / (1 + exp(-Double(x))) }
        output.withUnsafeBufferPointer { output in
            for index in 0..<count {
                let own = UnsafeBufferPointer(rebasing: output[index * width..<(index + 1) * width])
                let objectness = sigmoid(own[4])
                guard objectness >= minimumScore else { continue }
                let cell = index / grid.sizes.count
                let anchor = anchors.boxes[start + index]
                func side(_ x: Float, _ length: Double) -> Double {
                    exp(min(Double(x), BoxCoder.largestLogarithm)) * length
                }
                let box = Box(
                    centerX: (Double(cell % grid.columns) + sigmoid(own[0])) / Double(grid.columns),
                    centerY: (Double(cell / grid.columns) + sigmoid(own[1])) / Double(grid.rows),
                    width: side(own[2], anchor.width), height: side(own[3], anchor.height))
                for label in 0..<width - 5 {
                    let score = objectness * sigmoid(own[5 + label])
                    guard score >= minimumScore else { continue }
                    found.append(Detection(box: box.clipped(), label: label, score: score))
                }
            }
        }
    }
}

extension Box {
    /// The part inside the image, in shares of it.
    fileprivate func clipped() -> Box { intersection(Box(left: 0, top: 0, right: 1, bottom: 1)) }
}
