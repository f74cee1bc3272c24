import CDSP

extension DepthwiseRow {
    /// Windows of at most 7×7, four channels a word, on the dual unit.
    @inline(__always)
    func writeFour(_ channel: Int) {
        // Places of up to 7 lines, and 49 taps of 2 words.
        var lines = (Int(0), Int(0), Int(0), Int(0), Int(0), Int(0), Int(0))
        withUnsafeMutableBytes(of: &lines) { lines in
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: 98) { taps in
                guard let lines = lines.baseAddress, let taps = taps.baseAddress else { return }
                writeFour(channel, lines.assumingMemoryBound(to: UnsafePointer<Int8>?.self), taps)
            }
        }
    }

    @inline(__always)
    private func writeFour(
        _ channel: Int, _ lines: UnsafeMutablePointer<UnsafePointer<Int8>?>, _ taps: UnsafeMutablePointer<Int32>
    ) {
        let (window, channels) = (geometry.window, geometry.input.channels)
        var tap = taps
        var line = firstLine
        while line < lastLine {
            lines[line &- firstLine] = input[top &+ line] + channel
            var column = 0
            while column < window.width {
                let word = cdsp_load4(weights + ((line &* window.width &+ column) &* channels &+ channel))
                tap[0] = cdsp_even(word)
                tap[1] = cdsp_odd(word)
                tap += 2
                column = column &+ 1
            }
            line = line &+ 1
        }
        var row = CDSPDepthwise(
            lines: lines, line_count: Int32(truncatingIfNeeded: lastLine &- firstLine),
            channels: Int32(truncatingIfNeeded: channels), width: Int32(truncatingIfNeeded: window.width),
            stride: Int32(truncatingIfNeeded: window.horizontalStride), left: Int32(truncatingIfNeeded: window.left),
            input_width: Int32(truncatingIfNeeded: geometry.input.width),
            output_width: Int32(truncatingIfNeeded: geometry.output.width), zero: geometry.zero)
        var tables = CDSPScale(
            bias: scale.bias + channel, multipliers: scale.multipliers + channel, shifts: scale.shifts + channel,
            zero: scale.zero)
        cdsp_dual_depthwise(&row, taps, &tables, output + channel)
    }
}
