/// How 8-bit pixels become the int8 numbers that the network's input takes: a table of 256 for each channel.
///
/// Training sees `(pixel / 255 − mean) / deviation`. With one mean and one deviation for all channels the step of the input is
/// that of a pixel, 1 / (255 · deviation), and the table only moves pixels: exact but for the mean itself, which a zero point can
/// only have to the nearest whole pixel value. With a mean or a deviation a channel all channels share the step of the widest one, and
/// each pixel is rounded to it. In both forms 0, which padding holds, is the zero point exactly.
///
/// A model of others states its input's quantisation itself. Then a pixel p is the number p − 128, and stands for what the model says; or, where
/// it is also known what pixels become, the number that comes nearest to that.
public struct PixelQuantization: Sendable, Hashable, Codable {
    /// One a channel, in 0…1.
    public let mean: [Float]
    /// One a channel, above 0.
    public let deviation: [Float]
    /// Of a model that was imported: what its input's numbers stand for, exactly.
    public let stated: AffineQuantization?
    /// Whether pixels become the nearest of the stated numbers by mean and deviation; otherwise they are these numbers and 128, and mean and
    /// deviation say the same as near as they can.
    private let convertsPixels: Bool?

    /// A normalisation as it was trained with.
    ///
    /// - Throws: `QuantizationError` where it is none.
    public init(mean: [Float], deviation: [Float]) throws(QuantizationError) {
        self.mean = mean
        self.deviation = deviation
        (stated, convertsPixels) = (nil, nil)
        guard !mean.isEmpty, mean.count == deviation.count, mean.allSatisfy({ $0.isFinite && (0...1).contains($0) }),
            deviation.allSatisfy({ $0.isFinite && $0 >= 1e-4 && $0 <= 1e4 })
        else {
            throw QuantizationError(
                "the images' normalisation has means \(mean) and deviations \(deviation), which a device cannot honour: it takes one of "
                    + "each for every channel, means within 0…1 and deviations of 0.0001 or more")
        }
    }

    /// The quantisation of a model of others, as it is.
    ///
    /// - Throws: `QuantizationError` where it is none.
    public init(stated: AffineQuantization, channels: Int) throws(QuantizationError) {
        guard channels > 0, stated.scale.isFinite, (1e-30...1e30).contains(stated.scale),
            (-128...127).contains(stated.zeroPoint)
        else {
            throw QuantizationError(
                "the input's scale of \(stated.scale) and zero point of \(stated.zeroPoint) are no quantisation")
        }
        (self.stated, convertsPixels) = (stated, nil)
        mean = [Float](repeating: Float(128 + stated.zeroPoint) / 255, count: channels)
        deviation = [Float](repeating: Float(1 / (255 * stated.scale)), count: channels)
    }

    /// The same stated quantisation, for pixels that are normalised first: of an imported model that photographs are shown to.
    ///
    /// - Throws: `QuantizationError` where the normalisation is none.
    public func normalizing(mean: [Float], deviation: [Float]) throws(QuantizationError) -> PixelQuantization {
        guard let stated, mean != self.mean || deviation != self.deviation else { return self }
        let plain = try PixelQuantization(mean: mean, deviation: deviation)
        return PixelQuantization(plain, stated)
    }

    private init(_ plain: PixelQuantization, _ stated: AffineQuantization) {
        (mean, deviation, self.stated, convertsPixels) = (plain.mean, plain.deviation, stated, true)
    }

    /// What a file holds, checked.
    func checked() throws(QuantizationError) -> PixelQuantization {
        guard let stated else { return try PixelQuantization(mean: mean, deviation: deviation) }
        let own = try PixelQuantization(stated: stated, channels: mean.count)
        return convertsPixels == true ? try own.normalizing(mean: mean, deviation: deviation) : own
    }

    /// Whether pixels are the stated numbers and 128.
    private var areNumbers: Bool { stated != nil && convertsPixels != true }

    /// Whether one mean and one deviation serve all channels: the device then adds one number to every pixel.
    public var isUniform: Bool {
        stated == nil ? Set(mean).count == 1 && Set(deviation).count == 1 : areNumbers
    }

    /// What a pixel is to the network.
    public func real(_ pixel: UInt8, channel: Int) -> Double {
        if let stated, areNumbers { return stated.scale * Double(Int(pixel) - 128 - stated.zeroPoint) }
        return (Double(pixel) / 255 - Double(mean[channel])) / Double(deviation[channel])
    }

    /// Of the network's input.
    public var quantization: AffineQuantization {
        if let stated { return stated }
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
