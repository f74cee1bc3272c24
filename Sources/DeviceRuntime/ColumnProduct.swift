import CDSP

/// Weights times two columns, requantised: all output channels of two pixels.
///
/// Cores with the dual or the vector unit have forms of their own in `CDSP`, whose registers hold a block of two pixels by two
/// channels, so that each number that is loaded serves several products. This is the plain form.
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
        let (count, outputs) = (Int32(truncatingIfNeeded: count), Int32(truncatingIfNeeded: outputs))
        var tables = CDSPScale(
            bias: scale.bias + first, multipliers: scale.multipliers + first, shifts: scale.shifts + first,
            zero: scale.zero)
        switch cdsp_unit() {
        case CDSP_DUAL: cdsp_dual_product(columns, weights, count, outputs, &tables, a, b)
        case CDSP_VECTOR:
            let numbers = UnsafeMutableRawPointer(columns).assumingMemoryBound(to: Int16.self)
            cdsp_vector_product(numbers, weights, count, outputs & ~3, &tables, a, b)
            writePlain(a, b, from: self.outputs & ~3)
        default: writePlain(a, b, from: 0)
        }
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
            let multiplier = scale[first &+ channel]
            a[channel] = scale.int8(multiplier(sumA))
            b[channel] = scale.int8(multiplier(sumB))
            channel = channel &+ 1
        }
    }
}
