/// Noise in place of a random rectangle, so that no one part of a thing is all that it is known by (Zhong et al., *Random Erasing Data
/// Augmentation*, AAAI 2020, algorithm 1, each pixel a random value), by the rules of torchvision's `RandomErasing`.
public struct RandomErasing: Codable, Sendable, Equatable {
    /// How likely an image loses a rectangle, 0 to 1.
    public var probability: Double
    /// The rectangle's share of the image's area.
    public var scale: ClosedRange<Double>
    /// Its height over its width, drawn evenly on a logarithmic scale.
    public var ratio: ClosedRange<Double>

    /// An erasing; the defaults are the paper's.
    public init(
        probability: Double, scale: ClosedRange<Double> = 0.02...0.33, ratio: ClosedRange<Double> = 0.3...3.3
    ) {
        self.probability = probability
        self.scale = scale
        self.ratio = ratio
    }

    func validate() throws {
        guard (0...1).contains(probability) else {
            throw DatasetsError("the probability of an erasing is \(probability): it has to lie between 0 and 1")
        }
        guard scale.lowerBound > 0, scale.upperBound <= 1 else {
            throw DatasetsError("the scale of an erasing is \(scale): it has to lie above 0 and up to 1")
        }
        guard ratio.lowerBound >= 0.01, ratio.upperBound <= 100 else {
            throw DatasetsError("the ratio of an erasing is \(ratio): it has to lie between 0.01 and 100")
        }
    }

    /// Draws a rectangle; nil where ten draws do not fit into the image, which then stays whole.
    func draw(in size: ImageSize, using generator: inout SampleGenerator) -> Rectangle? {
        let area = Double(size.width) * Double(size.height)
        for _ in 0..<10 {
            let share = area * generator.uniform(in: scale)
            let ratio = generator.uniform(onLogarithmicScaleIn: self.ratio)
            let height = (share * ratio).squareRoot().rounded(.toNearestOrEven)
            let width = (share / ratio).squareRoot().rounded(.toNearestOrEven)
            guard height >= 1, width >= 1, height < Double(size.height), width < Double(size.width) else { continue }
            let y = generator.uniform(below: size.height - Int(height) + 1)
            let x = generator.uniform(below: size.width - Int(width) + 1)
            return Rectangle(x: x, y: y, width: Int(width), height: Int(height))
        }
        return nil
    }

    func apply(
        to pixels: UnsafeMutablePointer<UInt8>, size: ImageSize, channels: Int, using generator: inout SampleGenerator
    ) {
        guard generator.uniform() < probability, let rectangle = draw(in: size, using: &generator) else { return }
        for y in rectangle.y..<rectangle.y + rectangle.height {
            let row = pixels + (y * size.width + rectangle.x) * channels
            for i in 0..<rectangle.width * channels { row[i] = UInt8(truncatingIfNeeded: generator.next() >> 56) }
        }
    }
}
