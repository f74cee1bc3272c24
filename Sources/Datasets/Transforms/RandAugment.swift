/// A few operations on pixels, drawn at random from fourteen, all of one strength (Cubuk et al., *RandAugment: Practical Automated Data
/// Augmentation with a Reduced Search Space*, 2020), with the strengths of torchvision's `RandAugment`.
public struct RandAugment: Codable, Sendable, Equatable {
    /// How many operations an image goes through; the paper's N.
    public var operations: Int
    /// How strong each is, 0 to 30; the paper's M.
    public var magnitude: Int

    /// Operations of one magnitude.
    public init(operations: Int = 2, magnitude: Int = 9) {
        self.operations = operations
        self.magnitude = magnitude
    }

    /// The largest magnitude.
    public static let maximumMagnitude = 30

    func validate() throws {
        guard (1...14).contains(operations) else {
            throw DatasetsError("RandAugment cannot draw \(operations) operations: use 1 to 14")
        }
        guard (0...Self.maximumMagnitude).contains(magnitude) else {
            throw DatasetsError(
                "the magnitude of RandAugment is \(magnitude): it has to lie between 0 and \(Self.maximumMagnitude)")
        }
    }

    /// What may be drawn.
    package enum Kind: CaseIterable, Sendable {
        case identity, shearX, shearY, translateX, translateY, rotate
        case brightness, color, contrast, sharpness, posterize, solarize, autoContrast, equalize
    }

    func apply(
        to pixels: UnsafeMutablePointer<UInt8>, size: ImageSize, channels: Int, using generator: inout SampleGenerator
    ) {
        let image = PixelOperations(pixels: pixels, size: size, channels: channels)
        for _ in 0..<operations {
            let kind = Kind.allCases[generator.uniform(below: Kind.allCases.count)]
            // Drawn whether it is used or not, so that what an operation does has no effect on the next one.
            let sign = generator.uniform(below: 2) == 0 ? 1.0 : -1.0
            Self.apply(kind, strength: Double(magnitude) / Double(Self.maximumMagnitude), sign: sign, to: image)
        }
    }

    /// What an operation makes of an image.
    ///
    /// - Parameters:
    ///   - strength: 0 to 1.
    ///   - sign: 1 or −1: the direction of those that have one.
    package static func result(of kind: Kind, strength: Double, sign: Double, on image: Image) throws -> Image {
        var pixels = image.pixels
        pixels.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            apply(
                kind, strength: strength, sign: sign,
                to: PixelOperations(pixels: base, size: image.size, channels: image.channels))
        }
        return try Image(width: image.width, height: image.height, channels: image.channels, pixels: pixels)
    }

    private static func apply(_ kind: Kind, strength: Double, sign: Double, to image: PixelOperations) {
        switch kind {
        case .identity: break
        case .shearX: image.shear(x: sign * 0.3 * strength)
        case .shearY: image.shear(y: sign * 0.3 * strength)
        case .translateX:
            image.translate(x: sign * (150.0 / 331 * Double(image.size.width) * strength).rounded(.down))
        case .translateY:
            image.translate(y: sign * (150.0 / 331 * Double(image.size.height) * strength).rounded(.down))
        case .rotate: image.rotate(degrees: sign * 30 * strength)
        case .brightness: image.change(.brightness, by: 1 + sign * 0.9 * strength)
        case .color: image.change(.saturation, by: 1 + sign * 0.9 * strength)
        case .contrast: image.change(.contrast, by: 1 + sign * 0.9 * strength)
        case .sharpness: image.sharpen(by: 1 + sign * 0.9 * strength)
        case .posterize: image.posterize(bits: 8 - Int((4 * strength).rounded(.toNearestOrEven)))
        case .solarize: image.solarize(from: 255 * (1 - strength))
        case .autoContrast: image.stretchContrast()
        case .equalize: image.equalize()
        }
    }
}
