import Networks
import Quantization

/// The generated code of a detector behind its last layer: which maps there are, and the way of boxes to C.
struct DetectorSource {
    let program: KernelProgram
    let detector: DetectorProgram
    /// For each of the program's constants where it starts in the weights.
    let offsets: [Int]

    /// Methods of `Network`.
    var methods: String {
        let input = program.model.network.inputShape
        let layout = detector.layout
        let maps = detector.grids.indices.map { index in
            "        \(index == detector.grids.count - 1 ? "default" : "case \(index)"):\n"
                + grid(detector.grids[index])
        }.joined()
        return """
                /// The surest objects in the outputs; answers how many were found. Candidates lie in the arena where no output lies.
                @inline(never)
                func detect(_ found: UnsafeMutablePointer<UInt16>, _ most: Int, _ score: UInt16, _ overlap: UInt16) -> Int {
                    findObjects(
                        DetectorHead(.\(layout.style == .ssd ? "ssd" : "yolo"), classes: \(layout.classes), width: \(input.width), height: \(input.height)),
                        grids: \(detector.grids.count), DetectorLimits(score: score, overlap: overlap),
                        candidates: UnsafeMutableRawPointer(at(\(CallText.number(detector.candidates.lowerBound)))).assumingMemoryBound(to: UInt64.self),
                        capacity: \(detector.candidateCount), found: found, most: most
                    ) { grid($0) }
                }

                /// Feature map `index`, the finest first.
                func grid(_ index: Int) -> DetectorGrid {
                    switch index {
            \(maps)        }
                }

                /// Output `index`, and how many numbers it has.
                func head(_ index: Int32) -> (UnsafePointer<Int8>, Int32)? {
                    switch index {
            \(heads)        default: nil
                    }
                }

            """
    }

    private func place(_ output: Int) -> String {
        CallText.number(program.plan.buffers[program.outputs[output].buffer].offset)
    }

    private func at(_ constant: ConstantID) -> String { CallText.number(offsets[constant]) }

    private func grid(_ grid: DetectorProgram.Grid) -> String {
        """
                    DetectorGrid(
                        rows: \(grid.rows), columns: \(grid.columns), anchors: \(grid.anchors), scores: at(\(place(grid.scores))), offsets: at(\(place(grid.offsets))), zero: \(grid.zero),
                        probabilities: uint16(\(at(grid.probabilities))), stretches: int32(\(at(grid.stretches))), shapes: int32(\(at(grid.shapes))),
                        cellWidth: \(CallText.number(grid.cellWidth)), cellHeight: \(CallText.number(grid.cellHeight)))

        """
    }

    private var heads: String {
        program.outputs.indices.map { index in
            "        case \(index): (UnsafePointer(at(\(place(index)))), \(CallText.number(program.outputs[index].shape.count)))\n"
        }.joined()
    }

    /// What C calls.
    func interface(_ names: PackageNames) -> String {
        let c = names.c
        return """
            @c @implementation
            public func \(c)_detections_r(
                _ context: UnsafePointer<\(c)_t>!, _ found: UnsafeMutablePointer<\(c)_detection>!, _ most: Int32, _ score: UInt16, _ overlap: UInt16
            ) -> Int32 {
                guard let context else { return Status.nullPointer }
                guard let state = opened(context), state.pointee.hasAnswer else { return Status.notReady }
                guard let found else { return Status.nullPointer }
                guard most > 0 else { return Status.wrongSize }
                // Six numbers each, in their order.
                let numbers = UnsafeMutableRawPointer(found).assumingMemoryBound(to: UInt16.self)
                return Int32(state.pointee.network.detect(numbers, Int(most), score, overlap))
            }

            @c @implementation
            public func \(c)_head_r(
                _ context: UnsafePointer<\(c)_t>!, _ index: Int32, _ bytes: UnsafeMutablePointer<Int32>!
            ) -> UnsafePointer<Int8>! {
                guard let context, let bytes, let state = opened(context), state.pointee.hasAnswer,
                    let (numbers, count) = state.pointee.network.head(index)
                else { return nil }
                bytes.pointee = count
                return numbers
            }
            """
    }
}
