/// Size of an int8 map in NHWC order: `channels` bytes a pixel, `width` pixels a row.
public struct MapSize {
    public let height: Int
    public let width: Int
    public let channels: Int

    @inline(__always)
    public init(height: Int, width: Int, channels: Int) {
        self.height = height
        self.width = width
        self.channels = channels
    }

    @inline(__always)
    public var rowBytes: Int { width &* channels }
}

/// A window that slides over a map: its sides, its steps, and how far it begins outside the map.
public struct SlidingWindow {
    public let height: Int
    public let width: Int
    public let verticalStride: Int
    public let horizontalStride: Int
    /// Rows of padding above the map; below it there are as many as the output's height asks for.
    public let top: Int
    /// Columns of padding left of the map.
    public let left: Int

    @inline(__always)
    public init(height: Int, width: Int, verticalStride: Int, horizontalStride: Int, top: Int, left: Int) {
        self.height = height
        self.width = width
        self.verticalStride = verticalStride
        self.horizontalStride = horizontalStride
        self.top = top
        self.left = left
    }

    /// A square window.
    @inline(__always)
    public init(_ side: Int, stride: Int = 1, padding: Int = 0) {
        self.init(
            height: side, width: side, verticalStride: stride, horizontalStride: stride, top: padding, left: padding)
    }
}

/// Lines from one tap of a window to the next, where it leaves some out.
public struct Dilation {
    public let vertical: Int
    public let horizontal: Int

    @inline(__always)
    public init(vertical: Int, horizontal: Int) {
        self.vertical = vertical
        self.horizontal = horizontal
    }

    /// Of a window without gaps.
    @inline(__always)
    static var none: Dilation { Dilation(vertical: 1, horizontal: 1) }
}

/// Rows of a map in memory: row y lies `y mod capacity` rows behind `start`, so that a line buffer of few rows can stand for
/// a whole map. Where the map is there as a whole, `capacity` is its height.
public struct MapRows {
    public let start: UnsafePointer<Int8>
    public let capacity: Int
    public let rowBytes: Int

    @inline(__always)
    public init(_ start: UnsafePointer<Int8>, capacity: Int, rowBytes: Int) {
        self.start = start
        self.capacity = capacity
        self.rowBytes = rowBytes
    }

    /// A map that is there as a whole.
    @inline(__always)
    public init(_ start: UnsafePointer<Int8>, _ size: MapSize) {
        self.init(start, capacity: size.height, rowBytes: size.rowBytes)
    }

    @inline(__always)
    public subscript(y: Int) -> UnsafePointer<Int8> { start + (y % capacity) &* rowBytes }
}

/// `count` rounded up to a multiple of four.
@inline(__always)
func wholeQuads(_ count: Int) -> Int { (count &+ 3) & ~3 }

@inline(__always)
func smaller(_ a: Int, _ b: Int) -> Int { a < b ? a : b }

/// Quotient rounded up, for counts of 0 and more.
@inline(__always)
func quotientUp(_ count: Int, _ step: Int) -> Int { (count &+ step &- 1) / step }

/// The first tap, `step` lines from one to the next, that lies on the map where the window starts at `start`.
@inline(__always)
func firstTap(_ start: Int, _ step: Int) -> Int { larger(0, quotientUp(0 &- start, step)) }

@inline(__always)
func larger(_ a: Int, _ b: Int) -> Int { a > b ? a : b }
