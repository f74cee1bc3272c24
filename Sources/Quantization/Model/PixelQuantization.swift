/// How 8-bit pixels become the int8 numbers that the network's input takes: a table of 256 for each channel.
///
/// Training sees `(pixel / 255 − mean) / deviation`. With one mean and one deviation for all channels the step of the input is
/// that of a pixel, 1 / (255 · deviation), and the table only moves pixels: exact but for the mean itself, which a zero point can
/// only have to the nearest whole pixel value. With a mean or a deviation a channel all channels share the step of the widest one, and
/// each pixel is rounded to it. In both forms 0, which padding holds, is the zero point exactly.
public struct PixelQuantization: Sendable, Hashable, Codable {
    /// One a channel, in 0…1.
    public let mean: [Float]
    /// One a channel, above 0.
    public let deviation: [Float]

    /// A normalisation as it was trained with.
    ///
    /// - Throws: `QuantizationError` where it is none.
    public init(mean: [Float], deviation: [Float]) throws(QuantizationError) {
        self.mean = mean
        self.deviation = deviation
        guard !mean.isEmpty, mean.count == deviation.count, mean.allSatisfy({ $0.isFinite && (0...1).contains($0) }),
            deviation.allSatisfy({ $0.isFinite && $0 >= 1e-4 && $0 <= 1e4 })
        else {
            throw QuantizationError(
                "the images' normalisation has means \(mean) and deviations \(deviation), which a device cannot honour: it takes one of "
                    + "each for every channel, means within 0…1 and deviations of 0.0001 or more")
        }
    }

    /// Whether one mean and one deviation serve all channels: the device then adds one number to every pixel.
    public var isUniform: Bool { Set(mean).count == 1 && Set(deviation).count == 1 }

    /// What a pixel is to the network.
    public func real(_ pixel: UInt8, channel: Int) -> Double {
        (Double(pixel) / 255 - Double(mean[channel])) / Double(deviation[channel])
    }

    /// Of the network's input.
    public var quantization: AffineQuantization {
        if isUniform {
            return AffineQuantization(
                scale: 1 / (255 * Double(deviation[0])), zeroPoint: Int((255 * Double(mean[0])).rounded()) - 128)
        }
        let lowest = mean.indices.map { real(0, channel: $0) }.min() ?? 0
        let highest = mean.indices.map { real(255, channel: $0) }.max() ?? 0
        return AffineQuantization(covering: lowest...highest)
    }

    /// For each channel the numbers of pixels 0 … 255.
    public var tables: [[Int8]] {
        let quantization = quantization
        return mean.indices.map { channel in
            (0...255).map { pixel in
                isUniform
                    ? Int8(pixel - 128) : quantization.number(of: real(UInt8(pixel), channel: channel))
            }
        }
    }
}
