/// The anchors of one feature map (Liu et al., *SSD: Single Shot MultiBox Detector*, 2016, section 2.2).
public struct AnchorGrid: Sendable, Hashable, Codable {
    /// Cells of the feature map.
    public var rows: Int
    public var columns: Int
    /// Width and height of each anchor of a cell, as shares of the image.
    public var sizes: [Size]

    /// An anchor's size as shares of the image's.
    public struct Size: Sendable, Hashable, Codable {
        public var width: Double
        public var height: Double

        /// A size by its sides.
        public init(width: Double, height: Double) {
            self.width = width
            self.height = height
        }
    }

    /// A grid by its cells and the sizes in each.
    public init(rows: Int, columns: Int, sizes: [Size]) {
        self.rows = rows
        self.columns = columns
        self.sizes = sizes
    }

    /// SSD's anchors of one feature map: each aspect ratio at `scale`, and a square at √(scale · nextScale).
    public init(rows: Int, columns: Int, scale: Double, nextScale: Double, aspectRatios: [Double]) {
        let shaped = aspectRatios.map { ratio in
            Size(width: scale * ratio.squareRoot(), height: scale / ratio.squareRoot())
        }
        let between = (scale * nextScale).squareRoot()
        self.init(rows: rows, columns: columns, sizes: shaped + [Size(width: between, height: between)])
    }

    /// SSD's scale of each of `count` feature maps: evenly from `smallest` to `largest` (equation 4).
    public static func scales(count: Int, smallest: Double = 0.2, largest: Double = 0.95) -> [Double] {
        (0..<count).map { smallest + (largest - smallest) * Double($0) / Double(Swift.max(1, count - 1)) }
    }
}
