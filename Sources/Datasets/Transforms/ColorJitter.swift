import Foundation

/// Random changes of brightness, contrast and saturation, in random order, and then of hue (Howard, *Some Improvements on Deep
/// Convolutional Neural Network Based Image Classification*, 2013).
///
/// Each multiplies by a factor drawn from 1 ± its strength: brightness the pixels, contrast their distance from the
/// image's mean luma, saturation their distance from their own luma. Hue turns colours about the axis of grey.
public struct ColorJitter: Codable, Sendable, Equatable {
    /// 0 (none) to 1.
    public var brightness: Double
    /// 0 (none) to 1.
    public var contrast: Double
    /// 0 (none) to 1; without effect on grey images.
    public var saturation: Double
    /// Largest angle that colours are turned by, as a share of the full circle, 0 to 0.5; nil for none. Without effect on grey images.
    public var hue: Double?

    /// Makes a jitter of the strengths.
    public init(brightness: Double = 0, contrast: Double = 0, saturation: Double = 0, hue: Double? = nil) {
        self.brightness = brightness
        self.contrast = contrast
        self.saturation = saturation
        self.hue = hue
    }

    func validate() throws {
        for (name, value) in [("brightness", brightness), ("contrast", contrast), ("saturation", saturation)] {
            guard value >= 0, value <= 1 else {
                throw DatasetsError("the \(name) of a colour jitter is \(value): it has to lie between 0 and 1")
            }
        }
        if let hue, !(0...0.5).contains(hue) {
            throw DatasetsError("the hue of a colour jitter is \(hue): it has to lie between 0 and 0.5")
        }
    }

    func apply(
        to pixels: UnsafeMutablePointer<UInt8>, count: Int, channels: Int, using generator: inout SampleGenerator
    ) {
        var order = Quality.allCases
        generator.shuffle(&order)
        // All factors are drawn, used or not, so that one strength does not change what another draws.
        let factors = Quality.allCases.map { generator.uniform(in: (1 - self[$0])...(1 + self[$0])) }
        for quality in order where self[quality] > 0 {
            Self.change(quality, by: factors[quality.rawValue], pixels, count: count, channels: channels)
        }
        if let hue, hue > 0 {
            let angle = 2 * Double.pi * generator.uniform(in: -hue...hue)
            if channels == 3 { Self.turn(by: angle, pixels, count: count) }
        }
    }

    /// What of a colour changes.
    enum Quality: Int, CaseIterable { case brightness, contrast, saturation }

    /// The strength of a change.
    private subscript(_ quality: Quality) -> Double {
        switch quality {
        case .brightness: brightness
        case .contrast: contrast
        case .saturation: saturation
        }
    }

    /// Multiplies one quality by a factor.
    static func change(
        _ quality: Quality, by factor: Double, _ pixels: UnsafeMutablePointer<UInt8>, count: Int, channels: Int
    ) {
        if quality == .saturation {
            guard channels == 3 else { return }
            for i in 0..<count {
                let pixel = pixels + 3 * i
                let grey = Float(luma(pixel))
                for c in 0..<3 { pixel[c] = blend(grey, pixel[c], Float(factor)) }
            }
            return
        }
        let center = quality == .brightness ? 0 : meanLuma(pixels, count: count, channels: channels)
        let table = (0...255).map { blend(center, UInt8($0), Float(factor)) }
        for i in 0..<count * channels { pixels[i] = table[Int(pixels[i])] }
    }

    /// Turns colours about the axis of grey.
    static func turn(by angle: Double, _ pixels: UnsafeMutablePointer<UInt8>, count: Int) {
        // A rotation about (1, 1, 1): what it keeps of a channel, and what it takes from the next and the one after.
        let (cosine, sine) = (Float(cos(angle)), Float(sin(angle)) / Float(3).squareRoot())
        let (own, next, last) = ((1 + 2 * cosine) / 3, (1 - cosine) / 3 - sine, (1 - cosine) / 3 + sine)
        for i in 0..<count {
            let pixel = pixels + 3 * i
            let (red, green, blue) = (Float(pixel[0]), Float(pixel[1]), Float(pixel[2]))
            pixel[0] = rounded(own * red + next * green + last * blue)
            pixel[1] = rounded(last * red + own * green + next * blue)
            pixel[2] = rounded(next * red + last * green + own * blue)
        }
    }

    private static func meanLuma(_ pixels: UnsafeMutablePointer<UInt8>, count: Int, channels: Int) -> Float {
        var sum = 0
        for i in 0..<count { sum += Int(channels == 3 ? luma(pixels + 3 * i) : pixels[i]) }
        return (Float(sum) / Float(count)).rounded()
    }

    static func blend(_ center: Float, _ value: UInt8, _ factor: Float) -> UInt8 {
        rounded(center + factor * (Float(value) - center))
    }

    @inline(__always)
    private static func rounded(_ value: Float) -> UInt8 {
        UInt8(max(0, min(255, value.rounded())))
    }
}
