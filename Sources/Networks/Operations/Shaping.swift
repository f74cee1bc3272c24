/// Joins maps of one size, or vectors, along their channels: `[C₁, H, W]`, `[C₂, H, W]` … → `[C₁ + C₂ + …, H, W]`.
public struct Concatenation: OperationKind {
    public static let name = Operation.Name.concatenation

    /// The most values that one joins.
    public static let mostInputs = 64

    public init() {}

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape {
        guard let first = inputs.first, inputs.count <= Self.mostInputs else {
            throw NetworkError("it joins \(inputs.count) values: use 1 to \(Self.mostInputs)")
        }
        var channels = 0
        for input in inputs {
            try require(
                input.isMap == first.isMap && input.size == first.size,
                "it cannot join \(first) and \(input): only their channels may differ")
            let (sum, overflow) = channels.addingReportingOverflow(input.channels)
            try require(!overflow, "its channels are too many")
            channels = sum
        }
        return first.isMap ? Shape(channels, first.size) : [channels]
    }

    public var slidingWindow: Window? { nil }
    public var parameters: [ParameterSpecification] { [] }
    public func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int { 0 }
    public func warning(_ inputs: [Shape]) -> String? { nil }
}

/// Some consecutive channels of a value: `[C, H, W]` → `[count, H, W]`.
public struct Slice: OperationKind {
    public static let name = Operation.Name.slice

    /// The first channel.
    public var start: Int
    /// How many.
    public var count: Int

    /// A slice by its channels.
    public init(start: Int, count: Int) {
        self.start = start
        self.count = count
    }

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape {
        let input = try single(inputs)
        try require(
            start >= 0 && count > 0 && start <= input.channels && count <= input.channels - start,
            "channels from \(start) on, \(count) of them, are not all among the \(input.channels) of \(input)")
        return input.isMap ? Shape(count, input.size) : [count]
    }

    public var slidingWindow: Window? { nil }
    public var parameters: [ParameterSpecification] { [] }
    public func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int { 0 }
    public func warning(_ inputs: [Shape]) -> String? { nil }
}

/// Puts pixels of one value around a map: `[C, H, W]` → `[C, H + top + bottom, W + left + right]`. Padding in front of a window is part of the
/// window; this is for all other places.
public struct Pad: OperationKind {
    public static let name = Operation.Name.pad

    /// Rows above, columns on the left.
    public var before: Size
    /// Rows below, columns on the right.
    public var after: Size
    /// What the new pixels hold.
    public var value: Double

    /// A padding by its sides.
    public init(before: Size, after: Size, value: Double = 0) {
        self.before = before
        self.after = after
        self.value = value
    }

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape {
        let input = try singleMap(inputs)
        let sides = before.pair + after.pair
        try require(
            sides.allSatisfy { (0...65_536).contains($0) },
            "its sides \(sides) are out of range: use 0 to 65536")
        try require(value.isFinite, "its pixels are \(value): use a finite number")
        return Shape(
            input.channels, Size(input.height + before.height + after.height, input.width + before.width + after.width))
    }

    /// Which rows it reads: those of a window of one pixel that slides over the padded map.
    public var rows: Window { Window(kernel: 1, before: before, after: after) }

    public var slidingWindow: Window? { nil }
    public var parameters: [ParameterSpecification] { [] }
    public func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int { 0 }
    public func warning(_ inputs: [Shape]) -> String? { nil }
}
