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
