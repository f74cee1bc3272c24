import Detection
import Foundation
import Networks
import Planning

/// How the int8 outputs of a detector become boxes: everything that `DeviceRuntime.findObjects` takes, with the exponentials as tables in
/// flash.
///
/// Of each feature map there are three tables: probabilities (uint16, 256; SSD's softmax needs e^−x, YOLO the sigmoid), stretches (int32,
/// 256: exp(variance · tw)) and anchor shapes (int32, four numbers an anchor). Each output keeps its own scale.
public struct DetectorProgram: Sendable {
    /// One feature map.
    public struct Grid: Sendable {
        public let rows: Int
        public let columns: Int
        /// Anchors of a cell.
        public let anchors: Int
        /// Indices of the outputs with its logits and with its boxes; of YOLO one and the same.
        public let scores: Int
        public let offsets: Int
        /// Zero point of the boxes' output.
        public let zero: Int
        public let probabilities: ConstantID
        public let stretches: ConstantID
        public let shapes: ConstantID
        /// A cell's sides in 1/4096 pixel.
        public let cellWidth: Int
        public let cellHeight: Int
    }

    public let layout: DetectorLayout
    public let grids: [Grid]
    /// The tables, to be appended to the program's constants.
    let constants: [KernelConstant]
    /// Where in the arena the candidates lie while objects are looked for: where no output lies, for nothing else is alive then.
    public let candidates: Range<Int>

    /// Boxes are told in 16 bits of 1/16 pixel.
    private static let mostPixels = 4095

    /// How many candidates there is room for at most.
    public static var mostCandidates: Int { MemoryPlan.mostCandidates }

    /// How many candidates there is room for.
    public var candidateCount: Int { candidates.count / MemoryPlan.candidateBytes }

    init(
        _ layout: DetectorLayout, of network: Network, _ plan: MemoryPlan, _ outputs: [KernelProgram.Output],
        firstConstant: Int
    ) throws(QuantizationError) {
        self.layout = layout
        let input = network.inputShape
        guard max(input.height, input.width) <= Self.mostPixels, layout.classes <= Int(UInt16.max),
            layout.anchorCount * layout.classes <= Int(Int32.max)
        else {
            throw QuantizationError(
                "\(network.name) finds \(layout.classes) classes at \(layout.anchorCount) anchors in images of \(input): a device tells boxes in "
                    + "images of \(Self.mostPixels) pixels a side at most")
        }
        var (grids, constants): ([Grid], [KernelConstant]) = ([], [])
        let perGrid = layout.style == .ssd ? 2 : 1
        for (index, grid) in layout.grids.enumerated() {
            let (scores, offsets) = (index * perGrid, index * perGrid + perGrid - 1)
            let box = outputs[offsets].quantization
            let tables = DetectorTables(layout, grid, input, scores: outputs[scores].quantization, box: box)
            let first = firstConstant + constants.count
            constants += tables.constants("detector.\(index)")
            grids.append(
                Grid(
                    rows: grid.rows, columns: grid.columns, anchors: grid.sizes.count, scores: scores, offsets: offsets,
                    zero: box.zeroPoint, probabilities: first, stretches: first + 1, shapes: first + 2,
                    cellWidth: tables.cell.width, cellHeight: tables.cell.height))
        }
        (self.grids, self.constants) = (grids, constants)
        candidates = plan.candidatePlace(layout, beside: outputs.map { plan.buffers[$0.buffer] })
    }
}

/// The tables of one feature map.
private struct DetectorTables {
    let probabilities: [UInt16]
    let stretches: [Int32]
    let shapes: [Int32]
    let cell: (width: Int, height: Int)

    /// Parts of a pixel.
    private static let unit = 4096.0

    init(
        _ layout: DetectorLayout, _ grid: AnchorGrid, _ input: Shape, scores: AffineQuantization,
        box: AffineQuantization
    ) {
        let isSSD = layout.style == .ssd
        probabilities = (0...255).map { index in
            let share =
                isSSD
                ? 65_535 * exp(-scores.scale * Double(index))
                : 65_536 / (1 + exp(-scores.real(of: Int8(index - 128))))
            return UInt16(max(0, min(65_535, share.rounded())))
        }
        let variance = isSSD ? layout.sizeVariance : 1
        stretches = (0...255).map { index in
            let logarithm = min(box.real(of: Int8(index - 128)) * variance, BoxCoder.largestLogarithm)
            return Int32((65_536 * exp(logarithm)).rounded())
        }
        let (width, height) = (Double(input.width) * Self.unit, Double(input.height) * Self.unit)
        let step = isSSD ? box.scale * layout.centerVariance : 0
        // A side is at most 100 images of 4095 pixels. Steps of more than 1024 pixels only come of networks that are broken; kept small, all
        // sums stay within 32 bits.
        func number(_ value: Double, most: Int32) -> Int32 { Int32(min(Double(most), value.rounded())) }
        shapes = grid.sizes.flatMap { size in
            [
                number(size.width * width, most: .max), number(size.height * height, most: .max),
                number(size.width * width * step, most: 1 << 22), number(size.height * height * step, most: 1 << 22),
            ]
        }
        cell = (Int((width / Double(grid.columns)).rounded()), Int((height / Double(grid.rows)).rounded()))
    }

    func constants(_ name: String) -> [KernelConstant] {
        [
            KernelConstant(name: "\(name).probabilities", shape: [256], content: .uint16(probabilities)),
            KernelConstant(name: "\(name).stretches", shape: [256], content: .int32(stretches)),
            KernelConstant(name: "\(name).shapes", shape: [shapes.count / 4, 4], content: .int32(shapes)),
        ]
    }
}
