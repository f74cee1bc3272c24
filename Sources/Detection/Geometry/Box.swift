/// An upright rectangle by its corners, in pixels or as shares of the image: x to the right, y down.
public struct Box: Sendable, Hashable, Codable {
    public var left: Double
    public var top: Double
    public var right: Double
    public var bottom: Double

    /// A box by its corners.
    public init(left: Double, top: Double, right: Double, bottom: Double) {
        self.left = left
        self.top = top
        self.right = right
        self.bottom = bottom
    }

    /// A box by its corner and size, as COCO writes it.
    public init(x: Double, y: Double, width: Double, height: Double) {
        self.init(left: x, top: y, right: x + width, bottom: y + height)
    }

    /// A box by its centre and size.
    public init(centerX: Double, centerY: Double, width: Double, height: Double) {
        self.init(
            left: centerX - width / 2, top: centerY - height / 2, right: centerX + width / 2,
            bottom: centerY + height / 2)
    }

    public var width: Double { right - left }
    public var height: Double { bottom - top }
    public var centerX: Double { (left + right) / 2 }
    public var centerY: Double { (top + bottom) / 2 }

    /// Width times height; 0 for a box that is empty or inverted.
    public var area: Double { max(0, width) * max(0, height) }

    /// Whether all corners are numbers and both sides are longer than 0.
    public var isProper: Bool {
        [left, top, right, bottom].allSatisfy(\.isFinite) && width > 0 && height > 0
    }

    /// The part inside another box; empty boxes have no area.
    public func intersection(_ other: Box) -> Box {
        Box(
            left: max(left, other.left), top: max(top, other.top), right: min(right, other.right),
            bottom: min(bottom, other.bottom))
    }

    /// Intersection over union, 0 to 1; 0 where both are empty.
    public func intersectionOverUnion(_ other: Box) -> Double {
        let shared = intersection(other).area
        guard shared > 0 else { return 0 }
        return shared / (area + other.area - shared)
    }

    /// The box seen in a mirror at the middle of an image of this width.
    public func flippedHorizontally(width: Double) -> Box {
        Box(left: width - right, top: top, right: width - left, bottom: bottom)
    }

    /// The box seen in a mirror at half the height of an image of this height.
    public func flippedVertically(height: Double) -> Box {
        Box(left: left, top: height - bottom, right: right, bottom: height - top)
    }

    /// Moved, and then scaled about the origin.
    public func mapped(dx: Double = 0, dy: Double = 0, scaleX: Double = 1, scaleY: Double = 1) -> Box {
        Box(
            left: (left + dx) * scaleX, top: (top + dy) * scaleY, right: (right + dx) * scaleX,
            bottom: (bottom + dy) * scaleY)
    }
}
