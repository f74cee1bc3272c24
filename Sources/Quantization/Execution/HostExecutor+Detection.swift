import Detection
import DeviceRuntime

/// An object as a device tells it: a box in sixteenths of a pixel of the input image, and a score in 1/65 536.
public struct DeviceDetection: Sendable, Hashable {
    /// Left upper corner and sides.
    public var x: UInt16
    public var y: UInt16
    public var width: UInt16
    public var height: UInt16
    /// Index of the class.
    public var label: UInt16
    public var score: UInt16

    /// A detection of the six numbers of `sapool_detection`, in their order.
    ///
    /// - Returns: nil where they are not six.
    public init?(_ numbers: some Collection<UInt16>) {
        let numbers = Array(numbers)
        guard numbers.count == 6 else { return nil }
        (x, y, width, height, label, score) = (
            numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]
        )
    }

    /// The six numbers.
    public var numbers: [UInt16] { [x, y, width, height, label, score] }

    /// The same with its box as shares of an image of so many pixels.
    public func detection(imageWidth: Int, imageHeight: Int) -> Detection {
        let (horizontal, vertical) = (1 / Double(16 * imageWidth), 1 / Double(16 * imageHeight))
        return Detection(
            box: Box(
                x: Double(x) * horizontal, y: Double(y) * vertical, width: Double(width) * horizontal,
                height: Double(height) * vertical),
            label: Int(label), score: Double(score) / 65_536)
    }
}

extension HostExecutor {
    /// Runs an image, and finds the objects in it, the surest first; none where the network is no detector.
    ///
    /// - Parameters:
    ///   - image: `program.imageBytes` pixels, `[H][W][C]`.
    ///   - score: less sure ones are left out, 0 to 1.
    ///   - overlap: intersection over union above which two boxes of a class are of one object.
    ///   - most: at most so many.
    public func findObjects(
        in image: UnsafeBufferPointer<UInt8>, score: Double = 0.01, overlap: Double = 0.45, most: Int = 100
    ) -> [DeviceDetection] {
        run(image) { _ in }
        return objects(score: score, overlap: overlap, most: most)
    }

    /// The objects in the image that was run last.
    public func objects(score: Double = 0.01, overlap: Double = 0.45, most: Int = 100) -> [DeviceDetection] {
        guard let detector = program.detector, most > 0 else { return [] }
        let input = program.model.network.inputShape
        let head = DetectorHead(
            detector.layout.style == .ssd ? .ssd : .yolo, classes: detector.layout.classes, width: Int32(input.width),
            height: Int32(input.height))
        let candidates = UnsafeMutableRawPointer(arena + detector.candidates.lowerBound).bindMemory(
            to: UInt64.self, capacity: detector.candidateCount)
        var numbers = [UInt16](repeating: 0, count: 6 * most)
        let count = numbers.withUnsafeMutableBufferPointer { found in
            found.baseAddress.map { found in
                DeviceRuntime.findObjects(
                    head, grids: detector.grids.count,
                    DetectorLimits(score: Self.share(score), overlap: Self.share(overlap)), candidates: candidates,
                    capacity: detector.candidateCount, found: found, most: most
                ) { grid(detector.grids[$0]) }
            } ?? 0
        }
        return (0..<count).compactMap { DeviceDetection(numbers[6 * $0..<6 * $0 + 6]) }
    }

    /// In 1/65 536.
    private static func share(_ value: Double) -> UInt16 { UInt16(max(0, min(65_535, (value * 65_536).rounded()))) }

    private func grid(_ grid: DetectorProgram.Grid) -> DetectorGrid {
        func output(_ index: Int) -> UnsafePointer<Int8> {
            UnsafePointer(arena + program.plan.buffers[program.outputs[index].buffer].offset)
        }
        return DetectorGrid(
            rows: grid.rows, columns: grid.columns, anchors: grid.anchors, scores: output(grid.scores),
            offsets: output(grid.offsets), zero: Int32(grid.zero),
            probabilities: constants.uint16(grid.probabilities), stretches: constants.int32(grid.stretches),
            shapes: constants.int32(grid.shapes), cellWidth: Int32(grid.cellWidth), cellHeight: Int32(grid.cellHeight))
    }
}
