import CDSP

extension DepthwiseRow {
    /// Windows of at most 7×7, on the dual unit: four channels a word, the first `4 * quads` of them.
    @inline(__always)
    func writeQuads(_ quads: Int) {
        // Places of up to 7 lines.
        var lines = (Int(0), Int(0), Int(0), Int(0), Int(0), Int(0), Int(0))
        withUnsafeMutableBytes(of: &lines) { bytes in
            guard let start = bytes.baseAddress else { return }
            let lines = start.assumingMemoryBound(to: UnsafePointer<Int8>?.self)
            var line = firstLine
            while line < lastLine {
                lines[line &- firstLine] = input[top &+ line]
                line = line &+ 1
            }
            let window = geometry.window
            var row = CDSPDepthwise(
                lines: lines, line_count: Int32(truncatingIfNeeded: lastLine &- firstLine),
                channels: Int32(truncatingIfNeeded: geometry.input.channels),
                width: Int32(truncatingIfNeeded: window.width),
                stride: Int32(truncatingIfNeeded: window.horizontalStride),
                left: Int32(truncatingIfNeeded: window.left),
                input_width: Int32(truncatingIfNeeded: geometry.input.width),
                output_width: Int32(truncatingIfNeeded: geometry.output.width), zero: geometry.zero,
                quads: Int32(truncatingIfNeeded: quads))
            var tables = CDSPScale(
                bias: scale.bias, multipliers: scale.multipliers, shifts: scale.shifts, zero: scale.zero)
            let firstTap = firstLine &* window.width &* geometry.input.channels
            cdsp_dual_depthwise(&row, weights + firstTap, &tables, output)
        }
    }
}
