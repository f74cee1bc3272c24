import CDSP

/// Windows three wide on the dual unit: four channels a word, two of them at a time (bytes 0 and 2, then 1 and 3), and two
/// output pixels side by side, which share the columns that their windows have in common.
extension DepthwiseRow {
    @inline(__always)
    func writeThreeWide(_ channel: Int) {
        let channels = geometry.input.channels
        // Weights widened once a row of the output: three taps a line of the window.
        var even = (Int32(0), Int32(0), Int32(0), Int32(0), Int32(0), Int32(0), Int32(0), Int32(0), Int32(0))
        var odd = even
        withUnsafeMutableBytes(of: &even) { even in
            withUnsafeMutableBytes(of: &odd) { odd in
                guard let even = even.baseAddress?.assumingMemoryBound(to: Int32.self),
                    let odd = odd.baseAddress?.assumingMemoryBound(to: Int32.self)
                else { return }
                var tap = 0
                while tap < 3 &* geometry.window.height {
                    let word = cdsp_load4(weights + (tap &* channels &+ channel))
                    even[tap] = cdsp_even(word)
                    odd[tap] = cdsp_odd(word)
                    tap = tap &+ 1
                }
                if geometry.window.horizontalStride == 1 {
                    writePairs(channel, even, odd, stride: 1)
                } else {
                    writePairs(channel, even, odd, stride: 2)
                }
            }
        }
    }

    @inline(__always)
    private func writePairs(
        _ channel: Int, _ even: UnsafeMutablePointer<Int32>, _ odd: UnsafeMutablePointer<Int32>, stride: Int
    ) {
        let width = geometry.output.width
        var x = 0
        while x < width {
            let left = x &* stride &- geometry.window.left
            let isPair = x &+ 1 < width
            if isPair, left >= 0, left &+ 3 &+ stride <= geometry.input.width {
                writePair(channel, even, isOdd: false, x, left, stride: stride, isInside: true, isPair: true)
                writePair(channel, odd, isOdd: true, x, left, stride: stride, isInside: true, isPair: true)
            } else {
                writePair(channel, even, isOdd: false, x, left, stride: stride, isInside: false, isPair: isPair)
                writePair(channel, odd, isOdd: true, x, left, stride: stride, isInside: false, isPair: isPair)
            }
            x = x &+ 2
        }
    }

    /// Two pixels from x on, of channels 0 and 2 or 1 and 3 of the four.
    @inline(__always)
    private func writePair(
        _ channel: Int, _ taps: UnsafeMutablePointer<Int32>, isOdd: Bool, _ x: Int, _ left: Int, stride: Int,
        isInside: Bool, isPair: Bool
    ) {
        let (channels, inputWidth) = (geometry.input.channels, geometry.input.width)
        let first = isOdd ? channel &+ 1 : channel
        let lanes = ((0 &- geometry.zero) & 0xFFFF) | ((0 &- geometry.zero) &<< 16)
        var (a0, a1) = (scale.bias[first], scale.bias[first &+ 2])
        var (b0, b1) = (a0, a1)
        var line = firstLine
        while line < lastLine {
            let source = input[top &+ line] + (left &* channels &+ channel)
            let (w0, w1, w2) = (taps[3 &* line], taps[3 &* line &+ 1], taps[3 &* line &+ 2])

            @inline(__always)
            func column(_ index: Int) -> Int32 {
                if !isInside, left &+ index < 0 || left &+ index >= inputWidth { return 0 }
                let word = cdsp_load4(source + index &* channels)
                return isOdd ? cdsp_add_odd(lanes, word) : cdsp_add_even(lanes, word)
            }
            @inline(__always)
            func addA(_ value: Int32, _ weight: Int32) {
                a0 = cdsp_smlabb(value, weight, a0)
                a1 = cdsp_smlatt(value, weight, a1)
            }
            @inline(__always)
            func addB(_ value: Int32, _ weight: Int32) {
                b0 = cdsp_smlabb(value, weight, b0)
                b1 = cdsp_smlatt(value, weight, b1)
            }
            addA(column(0), w0)
            let second = column(1)
            addA(second, w1)
            if stride == 1 { addB(second, w0) }
            let third = column(2)
            addA(third, w2)
            addB(third, stride == 1 ? w1 : w0)
            if stride == 1 {
                addB(column(3), w2)
            } else {
                addB(column(3), w1)
                addB(column(4), w2)
            }
            line = line &+ 1
        }
        let target = output + (x &* channels &+ first)
        let (low, high) = (scale[first], scale[first &+ 2])
        target[0] = scale.int8(low(a0))
        target[2] = scale.int8(high(a1))
        if isPair {
            target[channels] = scale.int8(low(b0))
            target[channels &+ 2] = scale.int8(high(b1))
        }
    }
}
