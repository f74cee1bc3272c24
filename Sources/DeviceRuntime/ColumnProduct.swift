import CDSP

/// Weights times two columns, requantised: all output channels of two pixels.
///
/// Registers hold a block of two pixels by two (dual unit) or four (vector unit) channels, so that each number that is loaded
/// serves several products.
struct ColumnProduct {
    let columns: UnsafeMutablePointer<Int32>
    /// Numbers in a column, and in each channel's row of weights.
    let count: Int
    let weights: UnsafePointer<Int8>
    /// The first channel's place in the tables of `scale`.
    let first: Int
    let outputs: Int
    let scale: Requantisation

    /// Writes `outputs` bytes of each pixel. The two may be the same.
    @inline(__always)
    func write(_ a: UnsafeMutablePointer<Int8>, _ b: UnsafeMutablePointer<Int8>) {
        switch cdsp_unit() {
        case CDSP_DUAL: writeDual(a, b)
        case CDSP_VECTOR: writeVector(a, b)
        default: writePlain(a, b, from: 0)
        }
    }

    @inline(__always)
    private func store(_ channel: Int, _ a: UnsafeMutablePointer<Int8>, _ sumA: Int32, _ b: UnsafeMutablePointer<Int8>, _ sumB: Int32) {
        let multiplier = scale[first &+ channel]
        a[channel] = scale.int8(multiplier(sumA))
        b[channel] = scale.int8(multiplier(sumB))
    }

    @inline(__always)
    private func writeDual(_ a: UnsafeMutablePointer<Int8>, _ b: UnsafeMutablePointer<Int8>) {
        var row = weights
        var channel = 0
        while channel < outputs {
            // An odd last channel is computed twice and stored once.
            let step = channel &+ 1 < outputs ? count : 0
            var (a0, a1) = (scale.bias[first &+ channel], scale.bias[step == 0 ? first &+ channel : first &+ channel &+ 1])
            var (b0, b1) = (a0, a1)
            var column = UnsafePointer(columns)
            var weight = row
            let end = row + (count & ~3)
            while weight < end {
                let (w0, w1) = (cdsp_load4(weight), cdsp_load4(weight + step))
                let (x, y) = (cdsp_load_words(column), cdsp_load_words(column + 2))
                let (even0, even1) = (cdsp_even(w0), cdsp_even(w1))
                a0 = cdsp_smlad(x.first, even0, a0)
                a1 = cdsp_smlad(x.first, even1, a1)
                b0 = cdsp_smlad(y.first, even0, b0)
                b1 = cdsp_smlad(y.first, even1, b1)
                let (odd0, odd1) = (cdsp_odd(w0), cdsp_odd(w1))
                a0 = cdsp_smlad(x.second, odd0, a0)
                a1 = cdsp_smlad(x.second, odd1, a1)
                b0 = cdsp_smlad(y.second, odd0, b0)
                b1 = cdsp_smlad(y.second, odd1, b1)
                weight += 4
                column += 4
            }
            if count & 3 != 0 {
                let (w0, w1) = (partialQuad(weight, count & 3), partialQuad(weight + step, count & 3))
                a0 = cdsp_smlad(column[1], cdsp_odd(w0), cdsp_smlad(column[0], cdsp_even(w0), a0))
                a1 = cdsp_smlad(column[1], cdsp_odd(w1), cdsp_smlad(column[0], cdsp_even(w1), a1))
                b0 = cdsp_smlad(column[3], cdsp_odd(w0), cdsp_smlad(column[2], cdsp_even(w0), b0))
                b1 = cdsp_smlad(column[3], cdsp_odd(w1), cdsp_smlad(column[2], cdsp_even(w1), b1))
            }
            store(channel, a, a0, b, b0)
            if step != 0 { store(channel &+ 1, a, a1, b, b1) }
            row += 2 &* count
            channel = channel &+ 2
        }
    }

    @inline(__always)
    private func writeVector(_ a: UnsafeMutablePointer<Int8>, _ b: UnsafeMutablePointer<Int8>) {
        let column = UnsafeMutableRawPointer(columns).assumingMemoryBound(to: Int16.self)
        var sums = (Int64(0), Int64(0), Int64(0), Int64(0))
        var channel = 0
        withUnsafeMutableBytes(of: &sums) { bytes in
            guard let start = bytes.baseAddress else { return }
            let sums = start.assumingMemoryBound(to: Int32.self)
            while channel &+ 4 <= outputs {
                let entry = first &+ channel
                var index = 0
                while index < 4 {
                    sums[index] = scale.bias[entry &+ index]
                    sums[4 &+ index] = scale.bias[entry &+ index]
                    index = index &+ 1
                }
                let size = Int32(truncatingIfNeeded: count)
                cdsp_vector_block(column, column + count, weights + channel &* count, size, size, sums)
                let (multipliers, shifts) = (scale.multipliers + entry, scale.shifts + entry)
                cdsp_vector_requantise(sums, multipliers, shifts, scale.zero, a + channel)
                cdsp_vector_requantise(sums + 4, multipliers, shifts, scale.zero, b + channel)
                channel = channel &+ 4
            }
        }
        writePlain(a, b, from: channel)
    }

    @inline(__always)
    private func writePlain(_ a: UnsafeMutablePointer<Int8>, _ b: UnsafeMutablePointer<Int8>, from start: Int) {
        let column = UnsafeMutableRawPointer(columns).assumingMemoryBound(to: Int16.self)
        var channel = start
        while channel < outputs {
            let row = weights + channel &* count
            var (sumA, sumB) = (scale.bias[first &+ channel], scale.bias[first &+ channel])
            var index = 0
            while index < count {
                let weight = Int32(row[index])
                sumA = sumA &+ weight &* Int32(column[index])
                sumB = sumB &+ weight &* Int32(column[count &+ index])
                index = index &+ 1
            }
            store(channel, a, sumA, b, sumB)
            channel = channel &+ 1
        }
    }
}

/// The last 1 to 3 of a row of bytes as a word; nothing behind them is read.
@inline(__always)
func partialQuad(_ bytes: UnsafePointer<Int8>, _ count: Int) -> Int32 {
    var word = Int32(UInt8(bitPattern: bytes[0]))
    if count > 1 { word |= Int32(UInt8(bitPattern: bytes[1])) &<< 8 }
    if count > 2 { word |= Int32(UInt8(bitPattern: bytes[2])) &<< 16 }
    return word
}
