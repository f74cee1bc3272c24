/// The shape of one sample's value, without the batch: `[C, H, W]` for a map, `[C]` for a vector.
public struct Shape: Sendable, Hashable, ExpressibleByArrayLiteral, CustomStringConvertible {
    /// One number a dimension, channels first.
    public let dimensions: [Int]

    /// A shape from its dimensions.
    public init(_ dimensions: [Int]) { self.dimensions = dimensions }

    /// A map of `channels` × `size`.
    public init(_ channels: Int, _ size: Size) { dimensions = [channels, size.height, size.width] }

    public init(arrayLiteral elements: Int...) { dimensions = elements }

    /// Whether this is a map `[C, H, W]`.
    public var isMap: Bool { dimensions.count == 3 }

    /// C.
    public var channels: Int { dimensions.first ?? 0 }

    /// H; 1 for a vector.
    public var height: Int { isMap ? dimensions[1] : 1 }

    /// W; 1 for a vector.
    public var width: Int { isMap ? dimensions[2] : 1 }

    /// H × W.
    public var size: Size { Size(height, width) }

    /// Number of elements. Builders check that it does not overflow.
    public var count: Int { dimensions.reduce(1, *) }

    /// Number of elements, nil past what any machine holds (2³¹).
    var checkedCount: Int? { Shape.product(dimensions) }

    /// The product of `factors`, nil where one is negative or the product exceeds 2³¹.
    static func product(_ factors: [Int]) -> Int? {
        var product = 1
        for factor in factors {
            let (next, overflow) = product.multipliedReportingOverflow(by: factor)
            guard factor >= 0, !overflow, next <= 1 << 31 else { return nil }
            product = next
        }
        return product
    }

    public var description: String { dimensions.map(String.init).joined(separator: "×") }
}

extension Shape: Codable {
    public init(from decoder: any Decoder) throws {
        dimensions = try decoder.singleValueContainer().decode([Int].self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(dimensions)
    }
}

/// A height and a width: of maps, kernels, strides and paddings. An integer literal is a square.
public struct Size: Sendable, Hashable, ExpressibleByIntegerLiteral, CustomStringConvertible {
    /// Rows.
    public var height: Int
    /// Columns.
    public var width: Int

    /// A size of `height` rows and `width` columns.
    public init(_ height: Int, _ width: Int) {
        self.height = height
        self.width = width
    }

    /// A square.
    public init(_ side: Int) { self.init(side, side) }

    public init(integerLiteral side: Int) { self.init(side, side) }

    /// height · width.
    public var area: Int { height * width }

    /// `[height, width]`.
    public var pair: [Int] { [height, width] }

    public var description: String { "\(height)×\(width)" }
}

extension Size: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let pair = try container.decode([Int].self)
        guard pair.count == 2 else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "a size is [height, width]")
        }
        self.init(pair[0], pair[1])
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(pair)
    }
}
