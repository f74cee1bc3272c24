/// Which source line each line of a nearest-neighbour upsampling copies, along one axis, as PyTorch rounds it.
public struct NearestUpsampling: Sendable, Hashable {
    /// Lines before.
    public let source: Int
    /// Lines after.
    public let destination: Int

    /// An upsampling of `source` lines to `destination`.
    public init(from source: Int, to destination: Int) {
        self.source = source
        self.destination = destination
    }

    /// The source line that `line` of the destination copies. Single precision, because PyTorch scales in it.
    public func sourceLine(_ line: Int) -> Int {
        guard source != destination else { return line }
        let scale = Float(source) / Float(destination)
        return min(Int((Float(line) * scale).rounded(.down)), source - 1)
    }

    /// How often each source line is copied.
    public var copies: [Int] {
        var counts = [Int](repeating: 0, count: source)
        for line in 0..<destination { counts[sourceLine(line)] += 1 }
        return counts
    }

    /// Whether every window along this axis sees copies of one source line only.
    func keepsWindowsWhole(_ extent: Int, _ stride: Int, _ before: Int, _ after: Int) -> Bool {
        let windows = (destination + before + after - extent) / stride + 1
        guard windows > 0 else { return false }
        return (0..<windows).allSatisfy { window in
            let first = max(0, window * stride - before)
            let last = min(destination, window * stride - before + extent) - 1
            return first <= last && sourceLine(first) == sourceLine(last)
        }
    }
}

/// Bilinear resampling to a larger map, pixel centres aligned.
public struct UpsampleBilinear: OperationKind {
    public static let name = Operation.Name.upsampleBilinear

    public var size: Size

    /// An upsampling by its output size.
    public init(size: Size) { self.size = size }

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape {
        let input = try singleMap(inputs)
        try require(
            size.height >= input.height && size.width >= input.width, "it cannot upsample \(input) to \(size)")
        return Shape(input.channels, size)
    }

    public func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int { 4 * output.count }

    public var slidingWindow: Window? { nil }
    public var parameters: [ParameterSpecification] { [] }
    public func warning(_ inputs: [Shape]) -> String? { nil }
}

/// Nearest-neighbour resampling to another size: each pixel is a copy.
public struct UpsampleNearest: OperationKind {
    public static let name = Operation.Name.upsampleNearest

    /// How lines of the output meet lines of the input, of which there are h and H.
    public enum Alignment: String, Sendable, Hashable, Codable, CaseIterable {
        /// Line y copies ⌊y · h / H⌋.
        case edges
        /// Line y copies ⌊(y + ½) · h / H⌋.
        case centers
        /// Line y copies y · (h − 1) / (H − 1), rounded: the outermost lines meet.
        case corners
    }

    /// H × W.
    public var size: Size
    public var alignment: Alignment

    /// A resampling by its output size.
    public init(size: Size, alignment: Alignment = .edges) {
        self.size = size
        self.alignment = alignment
    }

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape {
        let input = try singleMap(inputs)
        try require(
            (1...65_536).contains(size.height) && (1...65_536).contains(size.width),
            "it cannot resample \(input) to \(size): use sides of 1 to 65536")
        return Shape(input.channels, size)
    }

    /// Along one axis from `source` lines to `destination`.
    public func lines(from source: Int, to destination: Int) -> LineCopies {
        switch alignment {
        case .edges: LineCopies(factor: source, offset: 0, divisor: destination, source: source)
        case .centers: LineCopies(factor: 2 * source, offset: source, divisor: 2 * destination, source: source)
        case .corners:
            LineCopies(
                factor: 2 * (source - 1), offset: destination - 1, divisor: max(1, 2 * (destination - 1)),
                source: source)
        }
    }

    /// Line y copies line min(source − 1, (factor · y + offset) / divisor), in whole numbers.
    public struct LineCopies: Sendable, Hashable {
        public let factor: Int
        public let offset: Int
        public let divisor: Int
        public let source: Int

        /// The line that a line copies.
        public func callAsFunction(_ line: Int) -> Int { min(source - 1, (factor * line + offset) / divisor) }
    }

    public var slidingWindow: Window? { nil }
    public var parameters: [ParameterSpecification] { [] }
    public func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int { 0 }
    public func warning(_ inputs: [Shape]) -> String? { nil }
}

/// `[C·r², h, w]` → `[C, H, W]`: each position becomes a cell of r × r pixels (Shi et al., 2016). Where h·r < H or w·r < W the
/// border is copied outwards.
public struct DepthToSpace: OperationKind {
    public static let name = Operation.Name.depthToSpace

    /// r.
    public var factor: Int
    /// H × W.
    public var size: Size

    /// A depth-to-space by its factor and output size.
    public init(factor: Int, size: Size) {
        self.factor = factor
        self.size = size
    }

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape {
        let input = try singleMap(inputs)
        try require((1...256).contains(factor), "its factor is \(factor): use 1 to 256")
        try require(
            input.channels % (factor * factor) == 0,
            "\(input.channels) channels do not make cells of \(factor)×\(factor)")
        for (side, full) in [(input.height, size.height), (input.width, size.width)] {
            try require(side * factor <= full && full < (side + 1) * factor, "it cannot bring \(input) to \(size)")
        }
        return Shape(input.channels / (factor * factor), size)
    }

    public var slidingWindow: Window? { nil }
    public var parameters: [ParameterSpecification] { [] }
    public func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int { 0 }
    public func warning(_ inputs: [Shape]) -> String? { nil }
}

/// `[C, H, W]` → `[C·r², ⌊H/r⌋, ⌊W/r⌋]`: each cell of r × r pixels becomes one position. Lines behind the last whole
/// cell are left out.
///
/// The inverse of `DepthToSpace`, in its order: the cells of one channel, row by row, then those of the next. A
/// `FixedFilter` of r² taps says the same, but multiplies for it; here numbers only move.
public struct SpaceToDepth: OperationKind {
    public static let name = Operation.Name.spaceToDepth

    /// r.
    public var factor: Int

    /// A space-to-depth by its factor.
    public init(factor: Int) { self.factor = factor }

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape {
        let input = try singleMap(inputs)
        try require((1...256).contains(factor), "its factor is \(factor): use 1 to 256")
        try require(
            input.height >= factor && input.width >= factor, "\(input) has no cell of \(factor)×\(factor)")
        // The map has a whole cell, so that there are no more numbers than before.
        return Shape(input.channels * factor * factor, Size(input.height / factor, input.width / factor))
    }

    public var slidingWindow: Window? { nil }
    public var parameters: [ParameterSpecification] { [] }
    public func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int { 0 }
    public func warning(_ inputs: [Shape]) -> String? { nil }
}
