import Detection
import Foundation

/// A random part of an image that is chosen by the objects in it, as SSD was trained with (Liu et al., 2016, section 2.2 and 3.6).
///
/// Half of the time the image first becomes a part of a larger canvas ("zoom out"). Then a part is drawn that overlaps some object by at
/// least an amount drawn from `overlaps`; objects whose centre lies outside are left out.
public struct ObjectCrop: Codable, Sendable, Equatable {
    /// How likely the image is put on a larger canvas.
    public var expansionProbability: Double
    /// Largest side of that canvas, the image's being 1.
    public var largestExpansion: Double
    /// What a part has to overlap an object by; above 1 leaves the image whole.
    public var overlaps: [Double]
    /// A part's sides as shares of the canvas.
    public var scale: ClosedRange<Double>
    /// Its width over its height, in pixels.
    public var ratio: ClosedRange<Double>

    /// A crop; the defaults are SSD's.
    public init(
        expansionProbability: Double = 0.5, largestExpansion: Double = 4,
        overlaps: [Double] = [2, 0, 0.1, 0.3, 0.5, 0.7, 0.9], scale: ClosedRange<Double> = 0.3...1,
        ratio: ClosedRange<Double> = 0.5...2
    ) {
        self.expansionProbability = expansionProbability
        self.largestExpansion = largestExpansion
        self.overlaps = overlaps
        self.scale = scale
        self.ratio = ratio
    }

    private static let attempts = 50

    /// Draws what part of the plane the result shows, in pixels of the image; sides are whole and at least 1, and some of the image is
    /// inside.
    func draw(in size: ImageSize, objects: [Box], using generator: inout SampleGenerator) -> Rectangle {
        var canvas = Box(left: 0, top: 0, right: 1, bottom: 1)
        if generator.uniform() < expansionProbability, largestExpansion > 1 {
            let side = generator.uniform(in: 1...largestExpansion)
            canvas = Box(
                x: -generator.uniform() * (side - 1), y: -generator.uniform() * (side - 1), width: side, height: side)
        }
        let wanted = overlaps.isEmpty ? 2 : overlaps[generator.uniform(below: overlaps.count)]
        guard wanted <= 1 else { return Self.rectangle(canvas, size) }
        for _ in 0..<Self.attempts {
            let width = canvas.width * generator.uniform(in: scale)
            let height = canvas.height * generator.uniform(in: scale)
            let part = Box(
                x: canvas.left + generator.uniform() * (canvas.width - width),
                y: canvas.top + generator.uniform() * (canvas.height - height), width: width, height: height)
            let shape = width * Double(size.width) / (height * Double(size.height))
            guard ratio.contains(shape) else { continue }
            let centred = objects.filter { part.contains(x: $0.centerX, y: $0.centerY) }
            guard centred.contains(where: { $0.intersectionOverUnion(part) >= wanted }) else { continue }
            return Self.rectangle(part, size)
        }
        return Self.rectangle(canvas, size)
    }

    private static func rectangle(_ box: Box, _ size: ImageSize) -> Rectangle {
        let (width, height) = (Double(size.width), Double(size.height))
        // At least one of the image's own pixels stays inside.
        let x = min(size.width - 1, Int((box.left * width).rounded()))
        let y = min(size.height - 1, Int((box.top * height).rounded()))
        return Rectangle(
            x: x, y: y, width: max(1, 1 - x, Int((box.right * width).rounded()) - x),
            height: max(1, 1 - y, Int((box.bottom * height).rounded()) - y))
    }

    func validate() throws {
        guard (0...1).contains(expansionProbability), (1...16).contains(largestExpansion) else {
            throw DatasetsError(
                "the canvas of an object crop grows to \(largestExpansion) times the image with probability "
                    + "\(expansionProbability): use 1 to 16, and 0 to 1")
        }
        guard scale.lowerBound > 0, scale.upperBound <= 1, ratio.lowerBound >= 0.01, ratio.upperBound <= 100 else {
            throw DatasetsError("an object crop of scale \(scale) and ratio \(ratio) is not possible")
        }
        guard overlaps.allSatisfy({ $0 >= 0 }) else {
            throw DatasetsError("the overlaps of an object crop are \(overlaps): they have to be 0 or more")
        }
    }
}

extension Box {
    fileprivate func contains(x: Double, y: Double) -> Bool { x >= left && x < right && y >= top && y < bottom }
}
