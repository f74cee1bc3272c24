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
        let normalizing = PixelQuantization(try PixelQuantization(mean: mean, deviation: deviation), stated)
        // Where pixels are these numbers already no table is needed.
        let numbers = takingNumbers
        return normalizing.tables == numbers.tables ? numbers : normalizing
    }

    /// The same stated quantisation for bytes that are its numbers and 128, whatever is known of pixels.
    package var takingNumbers: PixelQuantization {
        guard let stated, let numbers = try? PixelQuantization(stated: stated, channels: mean.count) else {
            return self
        }
        return numbers
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
    package var areNumbers: Bool { stated != nil && convertsPixels != true }

    /// Whether one mean and one deviation serve all channels: the device then adds one number to every pixel.
    public var isUniform: Bool {
        stated == nil ? Set(mean).count == 1 && Set(deviation).count == 1 : areNumbers
    }

    /// What a pixel is to the network.
    public func real(_ pixel: UInt8, channel: Int) -> Double {
        if let stated, areNumbers { return stated.scale * Double(Int(pixel) - 128 - stated.zeroPoint) }
        return (Double(pixel) / 255 - Double(mean[channel])) / Double(deviation[channel])
    }

    /// The pixels that become some numbers.
    ///
    /// - Parameter numbers: as bytes of 128 more, the channels of a pixel together.
    /// - Throws: `QuantizationError` where a number is none that a pixel becomes.
    package func pixels(of numbers: [UInt8]) throws(QuantizationError) -> [UInt8] {
        let pixels = tables.map { table in
            Dictionary(zip(table, UInt8.min...UInt8.max), uniquingKeysWith: { first, _ in first })
        }
        var found: [UInt8] = []
        found.reserveCapacity(numbers.count)
        for (index, byte) in numbers.enumerated() {
            let (channel, number) = (index % mean.count, Int8(bitPattern: byte ^ 0x80))
            guard let pixel = pixels[channel][number] else {
                throw QuantizationError("no pixel becomes the number \(number) in channel \(channel)")
            }
            found.append(pixel)
        }
        return found
    }

    /// The numbers that some pixels become, as `pixels(of:)` takes them.
    package func numbers(of pixels: [UInt8]) -> [UInt8] {
        let tables = tables
        return pixels.enumerated().map { index, pixel in
            UInt8(bitPattern: tables[index % mean.count][Int(pixel)]) ^ 0x80
        }
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
