/// A bank of n fixed separable filters, each applied to every channel: `[C, H, W]` → `[C·n, H', W']`.
///
/// Filter i is the outer product of `rows[i]` (down) and `columns[i]` (across); channel c gives outputs c·n … c·n + n − 1. Nothing is
/// learned: blurs and wavelets are such banks.
public struct FixedFilter: OperationKind {
    public static let name = Operation.Name.fixedFilter

    /// What lies outside of the map.
    public enum Border: String, Sendable, Hashable, Codable, CaseIterable {
        /// Zeros.
        case zero
        /// The map mirrored at its outermost pixels, which are not repeated; as often as it takes where the map is small.
        case reflect
    }

    /// Taps down, one list a filter.
    public var rows: [[Double]]
    /// Taps across, one list a filter.
    public var columns: [[Double]]
    public var stride: Size
    /// Lines added above, and on the left.
    public var before: Size
    /// Lines added below, and on the right.
    public var after: Size
    public var border: Border

    /// A bank by its taps.
    public init(
        rows: [[Double]], columns: [[Double]], stride: Size, before: Size = 0, after: Size = 0, border: Border = .zero
    ) {
        self.rows = rows
        self.columns = columns
        self.stride = stride
        self.before = before
        self.after = after
        self.border = border
    }

    /// Taps of one filter.
    public var kernel: Size { Size(rows.first?.count ?? 0, columns.first?.count ?? 0) }

    /// Its taps, its stride and what is added around the map.
    public var window: Window { Window(kernel: kernel, stride: stride, before: before, after: after) }

    public var slidingWindow: Window? { window }

    /// The filters as `[n][kernel height · kernel width]`.
    public var filters: [[Double]] {
        zip(rows, columns).map { down, across in down.flatMap { tap in across.map { tap * $0 } } }
    }

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape {
        let input = try singleMap(inputs)
        let kernel = kernel
        try require(
            !rows.isEmpty && rows.count == columns.count && rows.count <= 64
                && rows.allSatisfy { $0.count == kernel.height }
                && columns.allSatisfy { $0.count == kernel.width }
                && (rows + columns).allSatisfy { $0.allSatisfy(\.isFinite) },
            "its taps are not one list down and one across for each filter, all of one length")
        return Shape(input.channels * rows.count, try window.outputSize(input.size))
    }

    public func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int { output.count * kernel.area }

    /// Whether it sees any of the map mirrored.
    package var isMirrored: Bool { border == .reflect && window.isPadded }

    /// The line of the map that line `index` of the padded map shows; nil for a zero.
    public func source(_ index: Int, before: Int, count: Int) -> Int? {
        let line = index - before
        switch border {
        case .zero: return (0..<count).contains(line) ? line : nil
        case .reflect:
            guard count > 1 else { return 0 }
            let period = 2 * (count - 1)
            let phase = ((line % period) + period) % period
            return min(phase, period - phase)
        }
    }

    public var parameters: [ParameterSpecification] { [] }
    public func warning(_ inputs: [Shape]) -> String? { nil }
}
