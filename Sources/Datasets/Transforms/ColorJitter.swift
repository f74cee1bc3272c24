/// Random changes of brightness, contrast and saturation, in random order.
///
/// Each multiplies by a factor drawn from 1 ± its strength: brightness the pixels, contrast their distance from the
/// image's mean luma, saturation their distance from their own luma.
public struct ColorJitter: Codable, Sendable, Equatable {
    /// 0 (none) to 1.
    public var brightness: Double
    /// 0 (none) to 1.
    public var contrast: Double
    /// 0 (none) to 1; without effect on grey images.
    public var saturation: Double

    /// Makes a jitter of the strengths.
    public init(brightness: Double = 0, contrast: Double = 0, saturation: Double = 0) {
        self.brightness = brightness
        self.contrast = contrast
        self.saturation = saturation
    }

    func validate() throws {
        for (name, value) in [("brightness", brightness), ("contrast", contrast), ("saturation", saturation)] {
            guard value >= 0, value <= 1 else {
                throw DatasetsError("the \(name) of a colour jitter is \(value): it has to lie between 0 and 1")
            }
        }
    }

    func apply(
        to pixels: UnsafeMutablePointer<UInt8>, count: Int, channels: Int, using generator: inout SampleGenerator
    ) {
        var order = [0, 1, 2]
        generator.shuffle(&order)
        let strengths = [brightness, contrast, saturation]
        // All factors are drawn, used or not, so that one strength does not change what another draws.
        let factors = strengths.map { generator.uniform(in: (1 - $0)...(1 + $0)) }
        for kind in order where strengths[kind] > 0 {
            Self.change(kind, by: factors[kind], pixels, count: count, channels: channels)
        }
    }

    /// `kind` is 0 for brightness, 1 for contrast, 2 for saturation.
    static func change(
        _ kind: Int, by factor: Double, _ pixels: UnsafeMutablePointer<UInt8>, count: Int, channels: Int
    ) {
        if kind == 2 {
            guard channels == 3 else { return }
            for i in 0..<count {
                let pixel = pixels + 3 * i
                let grey = Float(luma(pixel))
                for c in 0..<3 { pixel[c] = blend(grey, pixel[c], Float(factor)) }
            }
            return
        }
        let center = kind == 0 ? 0 : meanLuma(pixels, count: count, channels: channels)
        let table = (0...255).map { blend(center, UInt8($0), Float(factor)) }
        for i in 0..<count * channels { pixels[i] = table[Int(pixels[i])] }
    }

    private static func meanLuma(_ pixels: UnsafeMutablePointer<UInt8>, count: Int, channels: Int) -> Float {
        var sum = 0
        for i in 0..<count { sum += Int(channels == 3 ? luma(pixels + 3 * i) : pixels[i]) }
        return (Float(sum) / Float(count)).rounded()
    }

    private static func blend(_ center: Float, _ value: UInt8, _ factor: Float) -> UInt8 {
        UInt8(max(0, min(255, (center + factor * (Float(value) - center)).rounded())))
    }
}
