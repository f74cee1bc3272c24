import Datasets

/// Numbers over an image, at their own resolution, row after row.
public struct HeatMap: Sendable, Equatable {
    /// What it shows, for people.
    public let title: String
    public let width: Int
    public let height: Int
    public let values: [Float]

    /// A map of rows of `width` values; nil where they do not fill whole rows.
    public static func grid(title: String, width: Int, values: [Float]) -> HeatMap? {
        guard width > 0, !values.isEmpty, values.count % width == 0 else { return nil }
        return HeatMap(title: title, width: width, height: values.count / width, values: values)
    }

    /// The smallest and the largest value.
    public var range: ClosedRange<Float> {
        let finite = values.filter(\.isFinite)
        return (finite.min() ?? 0)...(finite.max() ?? 0)
    }

    /// The map in colours over an image in grey, dark blue for the smallest value to yellow for the largest; each value keeps its square.
    ///
    /// - Parameter opacity: of the colours, from 0 to 1, which hides the image.
    public func overlay(on image: Image, opacity: Double = 0.6) throws -> Image {
        let opacity = opacity.isFinite ? min(max(opacity, 0), 1) : 1
        let (low, high) = (range.lowerBound, range.upperBound)
        // Colours of the image's own would be taken for the map's.
        let photo = image.grey().rgb()
        var pixels = [UInt8]()
        pixels.reserveCapacity(photo.pixels.count)
        for y in 0..<photo.height {
            let row = y * height / photo.height * width
            for x in 0..<photo.width {
                let value = values[row + x * width / photo.width]
                let share = high > low && value.isFinite ? Double((value - low) / (high - low)) : 0.5
                let color = ColorScale.color(share)
                for channel in 0..<3 {
                    let below = Double(photo.pixels[(y * photo.width + x) * 3 + channel])
                    pixels.append(UInt8((below * (1 - opacity) + color[channel] * opacity).rounded()))
                }
            }
        }
        return try Image(width: photo.width, height: photo.height, channels: 3, pixels: pixels)
    }
}

/// Colours from dark blue over green to yellow, evenly brighter, so that they also work in grey and for colour-blind people (after
/// viridis: Smith and van der Walt, 2015).
enum ColorScale {
    private static let stops: [[Double]] = [
        [68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37],
    ]

    /// Red, green and blue, 0 to 255, of a share of 0 to 1.
    static func color(_ share: Double) -> [Double] {
        let place = min(max(share, 0), 1) * Double(stops.count - 1)
        let index = min(Int(place), stops.count - 2)
        let rest = place - Double(index)
        return zip(stops[index], stops[index + 1]).map { $0 * (1 - rest) + $1 * rest }
    }
}
