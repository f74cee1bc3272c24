import CDSP

/// A linear layer, its sums rounded twice as a convolution's are. Weights are `[outputs][inputs]`.
///
/// The input is one block of memory, read in its order: the layer after a map has its weights' columns in NHWC order.
@inline(never)
public func multiply(
    _ input: UnsafePointer<Int8>, inputs: Int, zero: Int32, weights: UnsafePointer<Int8>, outputs: Int,
    _ scale: Requantisation, to output: UnsafeMutablePointer<Int8>
) {
    product(
        input, inputs: inputs, zero: zero, weights: weights, outputs: outputs, scale, roundsOnce: false, to: output)
}

/// The same with sums that are rounded once, halves away from zero: the reference of LiteRT since 2.0, bit for bit. A function of its own:
/// firmware of models that were quantised here is not to carry it.
@inline(never)
public func multiplyRoundingOnce(
    _ input: UnsafePointer<Int8>, inputs: Int, zero: Int32, weights: UnsafePointer<Int8>, outputs: Int,
    _ scale: Requantisation, to output: UnsafeMutablePointer<Int8>
) {
    product(
        input, inputs: inputs, zero: zero, weights: weights, outputs: outputs, scale, roundsOnce: true, to: output)
}

@inline(__always)
private func product(
    _ input: UnsafePointer<Int8>, inputs: Int, zero: Int32, weights: UnsafePointer<Int8>, outputs: Int,
    _ scale: Requantisation, roundsOnce: Bool, to output: UnsafeMutablePointer<Int8>
) {
    let lanes = ((0 &- zero) & 0xFFFF) | ((0 &- zero) &<< 16)
    let quads = cdsp_unit() == CDSP_DUAL ? inputs & ~3 : 0
    var channel = 0
    while channel < outputs {
        let row = weights + channel &* inputs
        let step = channel &+ 1 < outputs ? inputs : 0
        var (sum, next) = (scale.bias[channel], scale.bias[step == 0 ? channel : channel &+ 1])
        var index = 0
        while index < quads {
            let value = cdsp_load4(input + index)
            let (even, odd) = (cdsp_add_even(lanes, value), cdsp_add_odd(lanes, value))
            let (w0, w1) = (cdsp_load4(row + index), cdsp_load4(row + (index &+ step)))
            sum = cdsp_smlad(odd, cdsp_odd(w0), cdsp_smlad(even, cdsp_even(w0), sum))
            next = cdsp_smlad(odd, cdsp_odd(w1), cdsp_smlad(even, cdsp_even(w1), next))
            index = index &+ 4
        }
        while index < inputs {
            let value = Int32(input[index]) &- zero
            sum = sum &+ value &* Int32(row[index])
            next = next &+ value &* Int32(row[index &+ step])
            index = index &+ 1
        }
        output[channel] = scale.int8(roundsOnce ? scale.once(channel, sum) : scale[channel](sum))
        if step != 0 {
            output[channel &+ 1] = scale.int8(
                roundsOnce ? scale.once(channel &+ 1, next) : scale[channel &+ 1](next))
        }
        channel = channel &+ 2
    }
    scale.limit(output, outputs)
}
