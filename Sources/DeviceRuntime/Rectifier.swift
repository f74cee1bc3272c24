/// A parametric ReLU of a row: x where x ≥ 0, the channel's slope times x below. LiteRT's reference, bit for bit.
///
/// Element by element, ascending: input and output may be one.
///
/// - Parameters:
///   - zero: of the input.
///   - slopes: one a channel, with a zero point of their own.
///   - positive: input scale / output scale, for what is 0 or more.
///   - scale: input scale · slope scale / output scale, for what is below 0.
@inline(never)
public func rectify(
    _ input: UnsafePointer<Int8>, zero: Int32, slopes: UnsafePointer<Int8>, zero slopeZero: Int32,
    positive: Multiplier, _ scale: ScaledOutput, width: Int, channels: Int, to output: UnsafeMutablePointer<Int8>
) {
    var x = 0
    while x < width {
        let start = x &* channels
        var channel = 0
        while channel < channels {
            let value = Int32(input[start &+ channel]) &- zero
            output[start &+ channel] =
                value >= 0
                ? scale.int8(positive(value)) : scale(value &* (Int32(slopes[channel]) &- slopeZero))
            channel = channel &+ 1
        }
        x = x &+ 1
    }
}
