import CDSP

/// The windows of two neighbouring output pixels as columns of int16, zero point subtracted, so that padding is 0 and the matrix
/// product never looks at the map again.
///
/// Each column holds the window's `count` numbers in the weights' order (rows, columns, channels). The dual unit wants the two
/// interleaved, a quad of each in turn, and each quad as (0, 2), (1, 3): what one `SXTB16` makes of the weights' bytes.
struct Columns {
    let memory: UnsafeMutablePointer<Int16>
    let count: Int
    let offset: Int32

    /// Starts behind the second column; zeros behind its last number where that is no whole quad.
    @inline(__always)
    init(_ memory: UnsafeMutablePointer<Int32>, count: Int, zero: Int32) {
        self.memory = UnsafeMutableRawPointer(memory).assumingMemoryBound(to: Int16.self)
        self.count = count
        offset = 0 &- zero
        guard cdsp_unit() == CDSP_DUAL, count & 3 != 0 else { return }
        let last = self.memory + (count &>> 2) &* 8
        var index = 0
        while index < 8 {
            last[index] = 0
            index = index &+ 1
        }
    }

    /// Where number `index` of a column lies.
    @inline(__always)
    private func place(_ pixel: Int, _ index: Int) -> Int {
        guard cdsp_unit() == CDSP_DUAL else { return pixel &* count &+ index }
        return (index &>> 2) &* 8 &+ pixel &* 4 &+ ((index & 1) &<< 1) &+ ((index &>> 1) & 1)
    }

    @inline(__always)
    private func writeZeros(_ pixel: Int, _ start: Int, _ length: Int) {
        var index = start
        while index < start &+ length {
            memory[place(pixel, index)] = 0
            index = index &+ 1
        }
    }

    @inline(__always)
    private func write(_ pixel: Int, _ start: Int, _ source: UnsafePointer<Int8>, _ length: Int) {
        var index = 0
        if cdsp_unit() == CDSP_VECTOR {
            cdsp_vector_widen(source, offset, Int32(truncatingIfNeeded: length), memory + (pixel &* count &+ start))
            return
        }
        if cdsp_unit() == CDSP_DUAL, start & 3 == 0 {
            let target = UnsafeMutableRawPointer(memory + place(pixel, start)).assumingMemoryBound(to: Int32.self)
            cdsp_dual_widen(source, offset, Int32(truncatingIfNeeded: length &>> 2), target)
            index = length & ~3
        }
        while index < length {
            memory[place(pixel, start &+ index)] = Int16(truncatingIfNeeded: Int32(source[index]) &+ offset)
            index = index &+ 1
        }
    }

    /// The same for a window with gaps, tap by tap.
    @inline(__always)
    func gather(
        _ pixel: Int, x: Int, y: Int, _ input: MapRows, _ size: MapSize, _ window: SlidingWindow, dilation: Dilation,
        channel: Int, depth: Int
    ) {
        var start = 0
        var line = 0
        while line < window.height {
            let row = y &* window.verticalStride &- window.top &+ line &* dilation.vertical
            let isOnMap = row >= 0 && row < size.height
            let source = input[isOnMap ? row : 0] + channel
            var tap = 0
            while tap < window.width {
                let column = x &* window.horizontalStride &- window.left &+ tap &* dilation.horizontal
                if isOnMap, column >= 0, column < size.width {
                    write(pixel, start, source + column &* size.channels, depth)
                } else {
                    writeZeros(pixel, start, depth)
                }
                start = start &+ depth
                tap = tap &+ 1
            }
            line = line &+ 1
        }
    }

    /// Gathers the window of the output pixel (x, y): `depth` channels from `channel` on.
    @inline(__always)
    func gather(
        _ pixel: Int, x: Int, y: Int, _ input: MapRows, _ size: MapSize, _ window: SlidingWindow, channel: Int,
        depth: Int
    ) {
        let left = x &* window.horizontalStride &- window.left
        let first = larger(0, 0 &- left)
        let last = larger(first, smaller(window.width, size.width &- left))
        let span = window.width &* depth
        var line = 0
        while line < window.height {
            let row = y &* window.verticalStride &- window.top &+ line
            let start = line &* span
            if row < 0 || row >= size.height {
                writeZeros(pixel, start, span)
            } else {
                let source = input[row] + (left &* size.channels &+ channel)
                if first > 0 { writeZeros(pixel, start, first &* depth) }
                if depth == size.channels {
                    write(pixel, start &+ first &* depth, source + first &* depth, (last &- first) &* depth)
                } else {
                    var column = first
                    while column < last {
                        write(pixel, start &+ column &* depth, source + column &* size.channels, depth)
                        column = column &+ 1
                    }
                }
                if last < window.width { writeZeros(pixel, start &+ last &* depth, (window.width &- last) &* depth) }
            }
            line = line &+ 1
        }
    }
}
