import Datasets
import Foundation

extension Explainer.Explanation {
    /// The image and each map over it, large enough to see single values.
    package func pictures() throws -> [(title: String, image: Image)] {
        try pictures(of: weights + attention + (gradCAM.map { [$0] } ?? []))
    }

    /// The image and some of its maps over it.
    package func pictures(of maps: [HeatMap]) throws -> [(title: String, image: Image)] {
        let image = try Self.enlarged(image.rgb(), toSide: 224)
        return try [("image", image)]
            + maps.map { map in
                let (low, high) = (map.range.lowerBound, map.range.upperBound)
                return ("\(map.title) (\(Self.short(low)) to \(Self.short(high)))", try map.overlay(on: image))
            }
    }

    private static func short(_ value: Float) -> String { String(format: "%.3g", Double(value)) }

    /// A whole number of times, each pixel a square.
    private static func enlarged(_ image: Image, toSide side: Int) throws -> Image {
        let factor = max(1, (side + min(image.width, image.height) - 1) / min(image.width, image.height))
        guard factor > 1 else { return image }
        let (width, height) = (image.width * factor, image.height * factor)
        var pixels = [UInt8]()
        pixels.reserveCapacity(width * height * 3)
        for y in 0..<height {
            for x in 0..<width {
                let place = (y / factor * image.width + x / factor) * 3
                pixels.append(contentsOf: image.pixels[place..<place + 3])
            }
        }
        return try Image(width: width, height: height, channels: 3, pixels: pixels)
    }
}
