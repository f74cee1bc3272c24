import Foundation

/// A crop of random area and shape, as Inception was trained with (Szegedy et al., “Going deeper with convolutions”,
/// 2015), by the rules of torchvision's `RandomResizedCrop`.
public struct RandomResizedCrop: Codable, Sendable, Equatable {
    /// The share of the image's area that a crop takes.
    public var scale: ClosedRange<Double>
    /// Its width over its height, drawn evenly on a logarithmic scale.
    public var ratio: ClosedRange<Double>

    /// Makes a crop; the defaults are those of ImageNet training.
    public init(scale: ClosedRange<Double> = 0.08...1, ratio: ClosedRange<Double> = (3.0 / 4)...(4.0 / 3)) {
        self.scale = scale
        self.ratio = ratio
    }

    /// Draws a crop; if ten draws do not fit into the image, the largest centred one of an allowed ratio.
    func draw(in size: ImageSize, using generator: inout SampleGenerator) -> Rectangle {
        let area = Double(size.width) * Double(size.height)
        for _ in 0..<10 {
            let share = area * generator.uniform(in: scale)
            let ratio = generator.uniform(onLogarithmicScaleIn: self.ratio)
            let exactWidth = (share * ratio).squareRoot().rounded(.toNearestOrEven)
            let exactHeight = (share / ratio).squareRoot().rounded(.toNearestOrEven)
            guard exactWidth >= 1, exactHeight >= 1 else { continue }
            guard exactWidth <= Double(size.width), exactHeight <= Double(size.height) else { continue }
            let width = Int(exactWidth)
            let height = Int(exactHeight)
            let y = generator.uniform(below: size.height - height + 1)
            let x = generator.uniform(below: size.width - width + 1)
            return Rectangle(x: x, y: y, width: width, height: height)
        }
        var width = size.width
        var height = size.height
        let own = Double(width) / Double(height)
        if own < ratio.lowerBound {
            height = max(1, min(height, Int((Double(width) / ratio.lowerBound).rounded(.toNearestOrEven))))
        } else if own > ratio.upperBound {
            width = max(1, min(width, Int((Double(height) * ratio.upperBound).rounded(.toNearestOrEven))))
        }
        return Rectangle(x: (size.width - width) / 2, y: (size.height - height) / 2, width: width, height: height)
    }

    /// The least size of an image in which no crop is smaller than `output`.
    func minimumSource(for output: ImageSize) -> ImageSize {
        // A crop's width is √(area · scale · ratio), its height √(area · scale / ratio).
        func least(_ side: Int, _ factor: Double) -> Int {
            let value = (Double(side) / (scale.lowerBound * factor).squareRoot()).rounded(.up)
            return value < 1e9 ? Int(value) : 1_000_000_000
        }
        let side = max(least(output.width, ratio.lowerBound), least(output.height, 1 / ratio.upperBound))
        return ImageSize(square: side)
    }

    func validate() throws {
        guard scale.lowerBound > 0, scale.upperBound <= 1 else {
            throw DatasetsError("the scale of a random crop is \(scale): it has to lie above 0 and up to 1")
        }
        guard ratio.lowerBound >= 0.01, ratio.upperBound <= 100 else {
            throw DatasetsError("the ratio of a random crop is \(ratio): it has to lie between 0.01 and 100")
        }
    }
}
