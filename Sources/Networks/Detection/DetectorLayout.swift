/// What the outputs of a detector mean.
///
/// Every output is a map `[C, rows, columns]` whose channels are those of a cell's anchors, one anchor after the other. Grids go from the
/// finest to the coarsest.
public struct DetectorLayout: Sendable, Hashable, Codable {
    /// How anchors are described.
    public enum Style: String, Sendable, Hashable, Codable, CaseIterable {
        /// Two outputs a grid: logits of background and classes (1 + K an anchor; background is 0), and offsets tx, ty, tw, th from the
        /// anchor with variances (4 an anchor).
        case ssd
        /// One output a grid, 5 + K an anchor: tx, ty (their sigmoids lie in the cell), tw, th (logarithms of the anchor's), logits of
        /// "an object" and of each class.
        case yolo
    }

    public var style: Style
    /// K, the kinds of objects.
    public var classes: Int
    public var grids: [AnchorGrid]
    /// What offsets are divided by, of the centre and of the size; SSD only.
    public var centerVariance = 0.1
    public var sizeVariance = 0.2

    /// A layout by its parts.
    public init(style: Style, classes: Int, grids: [AnchorGrid]) {
        self.style = style
        self.classes = classes
        self.grids = grids
    }

    /// Anchors of all grids together.
    public var anchorCount: Int { grids.reduce(0) { $0 + $1.rows * $1.columns * $1.sizes.count } }

    /// The outputs' shapes, in their order.
    public var outputShapes: [Shape] {
        grids.flatMap { grid -> [Shape] in
            let size = Networks.Size(grid.rows, grid.columns)
            return switch style {
            case .ssd: [Shape(grid.sizes.count * (classes + 1), size), Shape(grid.sizes.count * 4, size)]
            case .yolo: [Shape(grid.sizes.count * (classes + 5), size)]
            }
        }
    }

    /// Refuses a layout that is not that of outputs of these shapes.
    func check(_ shapes: [Shape]) throws(NetworkError) {
        let sides = grids.flatMap { $0.sizes.flatMap { [$0.width, $0.height] } } + [centerVariance, sizeVariance]
        guard (1...100_000).contains(classes),
            grids.allSatisfy({ $0.rows > 0 && $0.columns > 0 && $0.sizes.count < 1000 }),
            sides.allSatisfy({ $0 > 0 && $0 <= 100 })
        else {
            throw NetworkError("its detector has no classes, an empty grid, or an anchor without a size")
        }
        guard shapes == outputShapes else {
            let wanted = outputShapes.map(\.description).joined(separator: ", ")
            throw NetworkError(
                "its outputs are \(shapes.map(\.description).joined(separator: ", ")), and its detector needs \(wanted)"
            )
        }
    }
}
