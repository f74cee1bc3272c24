import Foundation

/// Images that are mixed with others of their batch, and their labels with them.
///
/// Each image has the next one of its batch as its partner, the last one the first, and a share λ of its own that is drawn from
/// Beta(α, α):
///
/// - *mixup* (Zhang et al., *mixup: Beyond Empirical Risk Minimization*, ICLR 2018): λ · own pixels + (1 − λ) · partner's;
/// - *CutMix* (Yun et al., *CutMix: Regularization Strategy to Train Strong Classifiers with Localizable Features*, ICCV 2019, section
///   3.1): a rectangle of 1 − λ of the area is the partner's. λ becomes what is left of the image, where its border cuts the rectangle.
///
/// Where both are asked for, an image gets either with even chances.
public struct ImageMixing: Sendable, Equatable {
    /// α of mixup; nil for no mixup.
    public var mixup: Double?
    /// α of CutMix; nil for no CutMix.
    public var cutmix: Double?

    /// A way to mix; nil where it is none.
    public init?(mixup: Double? = nil, cutmix: Double? = nil) {
        guard mixup != nil || cutmix != nil else { return nil }
        self.mixup = mixup
        self.cutmix = cutmix
    }

    /// What α may be: beyond it, drawing takes long, and images are all but even mixtures.
    public static let exponents = 0.01...2.0

    func validate() throws {
        for (name, value) in [("mixup", mixup), ("cutmix", cutmix)] {
            guard let value, !Self.exponents.contains(value) else { continue }
            throw DatasetsError(
                "the exponent of \(name) is \(value): it has to lie between \(Self.exponents.lowerBound) and \(Self.exponents.upperBound)"
            )
        }
    }

    /// Mixes an image with its partner.
    ///
    /// - Returns: the share of the image that is left.
    func mix(
        _ pixels: UnsafeMutablePointer<UInt8>, with partner: UnsafePointer<UInt8>, size: ImageSize, channels: Int,
        using generator: inout SampleGenerator
    ) -> Float {
        let cuts = generator.uniform() < 0.5
        if let cutmix, cuts || mixup == nil {
            let rectangle = Self.rectangle(leaving: generator.beta(cutmix), of: size, using: &generator)
            let start = (rectangle.y * size.width + rectangle.x) * channels
            for row in 0..<rectangle.height {
                let offset = start + row * size.width * channels
                (pixels + offset).update(from: partner + offset, count: rectangle.width * channels)
            }
            return 1 - Float(rectangle.width * rectangle.height) / Float(size.width * size.height)
        }
        let share = Float(generator.beta(mixup ?? 1))
        for i in 0..<size.width * size.height * channels {
            pixels[i] = UInt8((share * Float(pixels[i]) + (1 - share) * Float(partner[i])).rounded())
        }
        return share
    }

    /// A rectangle about a random pixel that leaves a share of an image where it lies inside; cut at the border.
    static func rectangle(
        leaving share: Double, of size: ImageSize, using generator: inout SampleGenerator
    ) -> Rectangle {
        let half = 0.5 * (1 - share).squareRoot()
        func line(_ side: Int) -> Range<Int> {
            let center = generator.uniform(below: side)
            let reach = Int(half * Double(side))
            return max(0, center - reach)..<min(side, center + reach)
        }
        let (columns, rows) = (line(size.width), line(size.height))
        return Rectangle(x: columns.lowerBound, y: rows.lowerBound, width: columns.count, height: rows.count)
    }
}

extension SampleGenerator {
    /// A number from 0 to 1 of the distribution Beta(α, α) (Jöhnk, *Erzeugung von betaverteilten und gammaverteilten Zufallszahlen*,
    /// 1964). `exponent` is α: the larger it is, the longer drawing takes.
    mutating func beta(_ exponent: Double) -> Double {
        while true {
            // In logarithms: powers of small exponents may all be 0.
            let (x, y) = (log(1 - uniform()) / exponent, log(1 - uniform()) / exponent)
            if exp(x) + exp(y) <= 1 { return 1 / (1 + exp(y - x)) }
        }
    }
}
