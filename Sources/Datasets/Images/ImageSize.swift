/// Width and height in pixels.
public struct ImageSize: Codable, Sendable, Equatable, Hashable, CustomStringConvertible {
    /// Pixels in a row.
    public var width: Int
    /// Rows.
    public var height: Int

    /// Makes a size.
    public init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    /// A square.
    public init(square side: Int) {
        self.init(width: side, height: side)
    }

    /// For example `224 x 224`, width first.
    public var description: String { "\(width) x \(height)" }
}
