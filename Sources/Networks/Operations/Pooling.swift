/// Largest element of each window; padding never wins.
public struct MaxPool: WindowedOperation {
    public static let name = Operation.Name.maxPool

    @InlineWindow public var window: Window

    /// A max pooling by its window.
    public init(_ window: Window) {
        self.window = window
    }

    /// A max pooling with the same padding on opposite sides.
    public init(kernel: Size, stride: Size, padding: Size = 0) {
        self.init(Window(kernel: kernel, stride: stride, padding: padding))
    }

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape {
        let input = try singleMap(inputs)
        try window.requireHalf()
        return Shape(input.channels, try window.outputSize(input.size))
    }

    public var parameters: [ParameterSpecification] { [] }
    public func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int { 0 }
    public func warning(_ inputs: [Shape]) -> String? { nil }
}

/// Mean of each window.
public struct AveragePool: WindowedOperation {
    public static let name = Operation.Name.averagePool

    /// Rows and columns drawn at random in training, in place of means (Zhai et al., *S3Pool: Pooling with Stochastic Spatial Sampling*,
    /// CVPR 2017): of each `grid` lines as many as there are outputs, in their order.
    public struct LineSampling: Sendable, Hashable, Codable {
        /// Lines that outputs are drawn from together: a multiple of the stride.
        public var grid: Size

        /// Sampling by the size of its grid.
        public init(grid: Size) { self.grid = grid }
    }

    @InlineWindow public var window: Window
    /// Whether zeros of the padding count as elements.
    public var countsPadding: Bool
    /// Whether windows that hang over the lower and right border count too, with those elements that they have.
    @OptionalFlag public var coversBorder: Bool
    /// Draws lines in training; nil takes means then as well.
    public var sampling: LineSampling?

    /// An average pooling by its window.
    public init(
        _ window: Window, countsPadding: Bool = true, coversBorder: Bool = false,
        sampling: LineSampling? = nil
    ) {
        self.window = window
        self.countsPadding = countsPadding
        self.coversBorder = coversBorder
        self.sampling = sampling
    }

    /// An average pooling with the same padding on opposite sides.
    public init(
        kernel: Size, stride: Size, padding: Size = 0, countsPadding: Bool = true, coversBorder: Bool = false,
        sampling: LineSampling? = nil
    ) {
        self.init(
            Window(kernel: kernel, stride: stride, padding: padding), countsPadding: countsPadding,
            coversBorder: coversBorder, sampling: sampling)
    }

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape {
        let input = try singleMap(inputs)
        try window.requireHalf()
        if let grid = sampling?.grid {
            try require(
                !window.isPadded && coversBorder && window.kernel == window.stride && window.dilation == 1,
                "it draws lines of windows that overlap or leave some out: use kernel = stride, no padding, and cover the border"
            )
            try require(
                grid.height > 0 && grid.width > 0 && grid.height % max(1, window.stride.height) == 0
                    && grid.width % max(1, window.stride.width) == 0,
                "it draws from grids of \(grid), which are no multiple of its stride \(window.stride)")
        }
        if coversBorder {
            try require(
                !countsPadding && !window.isPadded && window.dilation == 1,
                "it covers the border: then use no padding, do not count it, and leave no pixels out")
            let size = try Window(kernel: 1, stride: window.stride).outputSize(input.size)
            return Shape(input.channels, size)
        }
        return Shape(input.channels, try window.outputSize(input.size))
    }

    public var parameters: [ParameterSpecification] { [] }
    public func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int { 0 }
    public func warning(_ inputs: [Shape]) -> String? { nil }
}

/// Mean of the whole map: `[C, H, W]` → `[C, 1, 1]`.
/// Over one side alone it is `[C, 1, W]` or `[C, H, 1]`.
public struct GlobalAveragePool: OperationKind {
    public static let name = Operation.Name.globalAveragePool

    /// A side of a map.
    public enum Side: String, Sendable, Hashable, Codable, CaseIterable {
        case height, width
    }

    /// The side that goes; nil where both go.
    public var side: Side?

    /// A mean over whole maps, or over their columns (`height`) or rows (`width`).
    public init(over side: Side? = nil) { self.side = side }

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape {
        let map = try singleMap(inputs)
        return switch side {
        case nil: Shape(map.channels, 1)
        case .height: Shape(map.channels, Size(1, map.width))
        case .width: Shape(map.channels, Size(map.height, 1))
        }
    }

    public var slidingWindow: Window? { nil }
    public var parameters: [ParameterSpecification] { [] }
    public func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int { 0 }
    public func warning(_ inputs: [Shape]) -> String? { nil }
}

/// Maximum of each channel over the whole map: `[C, H, W]` → `[C, 1, 1]`.
public struct GlobalMaxPool: OperationKind {
    public static let name = Operation.Name.globalMaxPool

    public init() {}

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape {
        Shape(try singleMap(inputs).channels, 1)
    }

    public var slidingWindow: Window? { nil }
    public var parameters: [ParameterSpecification] { [] }
    public func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int { 0 }
    public func warning(_ inputs: [Shape]) -> String? { nil }
}

/// Deviation of each window: sqrt(max(mean(x²) − mean(x)², floor)), as Gaussian pooling uses it (Kobayashi, 2019).
public struct LocalDeviation: WindowedOperation {
    public static let name = Operation.Name.localDeviation

    @InlineWindow public var window: Window
    /// Smallest variance.
    public var floor: Double

    /// A local deviation by its window.
    public init(_ window: Window, floor: Double = 1e-6) {
        self.window = window
        self.floor = floor
    }

    /// A local deviation with the same padding on opposite sides.
    public init(kernel: Size, stride: Size, padding: Size = 0, floor: Double = 1e-6) {
        self.init(Window(kernel: kernel, stride: stride, padding: padding), floor: floor)
    }

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape {
        let input = try singleMap(inputs)
        try window.requireHalf()
        try require(floor > 0 && floor.isFinite, "its smallest variance is \(floor): use a small positive number")
        return Shape(input.channels, try window.outputSize(input.size))
    }

    public func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int { output.count * window.kernel.area }

    public var parameters: [ParameterSpecification] { [] }
    public func warning(_ inputs: [Shape]) -> String? { nil }
}

/// Weighted mean of each window: inputs X `[C, H, W]` and positive weights W at patch resolution `[C, h, w]`.
///
/// W counts as if upsampled (nearest) to H × W. Window normalised, Y = avgpool(X·W) / avgpool(W); otherwise
/// Y = avgpool(X·W). This is the last step of local-importance pooling (Gao et al., 2019) and of self-attentive pooling
/// (Chen et al., 2023, section 3).
public struct WindowPool: WindowedOperation {
    public static let name = Operation.Name.windowPool

    @InlineWindow public var window: Window
    public var isNormalised: Bool
    /// Whether, in training, one element of each window is drawn with probability W / ΣW in place of the mean: stochastic pooling
    /// (Zeiler and Fergus, 2013). Weights may then be 0, and a window without any weight gives 0 in evaluation.
    @OptionalFlag public var isSampled: Bool

    /// A weighted pooling by its window.
    public init(_ window: Window, isNormalised: Bool = true, isSampled: Bool = false) {
        self.window = window
        self.isNormalised = isNormalised
        self.isSampled = isSampled
    }

    /// A weighted pooling with the same padding on opposite sides.
    public init(kernel: Size, stride: Size, padding: Size = 0, isNormalised: Bool = true, isSampled: Bool = false) {
        self.init(
            Window(kernel: kernel, stride: stride, padding: padding), isNormalised: isNormalised, isSampled: isSampled)
    }

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape {
        guard inputs.count == 2 else { throw NetworkError("takes a map and its weights, given \(inputs.count) inputs") }
        let (x, weights) = (inputs[0], inputs[1])
        try require(
            x.isMap && weights.isMap && x.channels == weights.channels && weights.height <= x.height
                && weights.width <= x.width && weights.count > 0,
            "its weights \(weights) do not fit the map \(x)")
        try require(
            !isSampled || isNormalised && weights == x,
            "it draws elements: then its weights have the map's size and are normalised")
        try window.requireHalf()
        return Shape(x.channels, try window.outputSize(x.size))
    }

    public func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int { output.count * window.kernel.area }

    /// Whether every window lies inside one cell of the upsampled weights, so that a normalised pooling is exactly average pooling
    /// and its weights get no gradient.
    ///
    /// Decided from the actual sizes: a patch that is a multiple of the kernel is the usual way, not the only one.
    public func isAveragePooling(map: Size, weights: Size) -> Bool {
        guard isNormalised else { return false }
        return NearestUpsampling(from: weights.height, to: map.height)
            .keepsWindowsWhole(window.extent.height, window.stride.height, window.before.height, window.after.height)
            && NearestUpsampling(from: weights.width, to: map.width)
                .keepsWindowsWhole(window.extent.width, window.stride.width, window.before.width, window.after.width)
    }

    public var parameters: [ParameterSpecification] { [] }
    /// That its weights have no effect.
    public func warning(_ inputs: [Shape]) -> String? {
        guard inputs.count == 2, isAveragePooling(map: inputs[0].size, weights: inputs[1].size) else { return nil }
        return SelfAttentivePooling.degenerateExplanation(pool: self, map: inputs[0].size, weights: inputs[1].size)
    }
}
