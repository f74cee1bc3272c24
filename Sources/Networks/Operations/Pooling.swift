/// Largest element of each window; padding never wins.
public struct MaxPool: OperationKind {
    public static let kind = "maxPool"

    public var kernel: Size
    public var stride: Size
    public var padding: Size

    /// A max pooling by its window.
    public init(kernel: Size, stride: Size, padding: Size = 0) {
        self.kernel = kernel
        self.stride = stride
        self.padding = padding
    }

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape {
        let input = try singleMap(inputs)
        try require(
            padding.height <= kernel.height / 2 && padding.width <= kernel.width / 2,
            "its padding is \(padding): use at most half of its kernel \(kernel)")
        return Shape(input.channels, try Window(kernel: kernel, stride: stride, padding: padding).outputSize(input.size))
    }
}

/// Mean of each window.
public struct AveragePool: OperationKind {
    public static let kind = "averagePool"

    public var kernel: Size
    public var stride: Size
    public var padding: Size
    /// Whether zeros of the padding count as elements.
    public var countsPadding: Bool

    /// An average pooling by its window.
    public init(kernel: Size, stride: Size, padding: Size = 0, countsPadding: Bool = true) {
        self.kernel = kernel
        self.stride = stride
        self.padding = padding
        self.countsPadding = countsPadding
    }

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape {
        let input = try singleMap(inputs)
        try require(
            padding.height <= kernel.height / 2 && padding.width <= kernel.width / 2,
            "its padding is \(padding): use at most half of its kernel \(kernel)")
        return Shape(input.channels, try Window(kernel: kernel, stride: stride, padding: padding).outputSize(input.size))
    }
}

/// Mean of the whole map: `[C, H, W]` → `[C, 1, 1]`.
public struct GlobalAveragePool: OperationKind {
    public static let kind = "globalAveragePool"

    public init() {}

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape {
        Shape(try singleMap(inputs).channels, 1)
    }
}

/// Deviation of each window: sqrt(max(mean(x²) − mean(x)², floor)), as Gaussian pooling uses it (Kobayashi, 2019).
public struct LocalDeviation: OperationKind {
    public static let kind = "localDeviation"

    public var kernel: Size
    public var stride: Size
    public var padding: Size
    /// Smallest variance.
    public var floor: Double

    /// A local deviation by its window.
    public init(kernel: Size, stride: Size, padding: Size = 0, floor: Double = 1e-6) {
        self.kernel = kernel
        self.stride = stride
        self.padding = padding
        self.floor = floor
    }

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape {
        let input = try singleMap(inputs)
        try require(
            padding.height <= kernel.height / 2 && padding.width <= kernel.width / 2,
            "its padding is \(padding): use at most half of its kernel \(kernel)")
        try require(floor > 0 && floor.isFinite, "its smallest variance is \(floor): use a small positive number")
        return Shape(input.channels, try Window(kernel: kernel, stride: stride, padding: padding).outputSize(input.size))
    }

    public func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int { output.count * kernel.area }
}

/// Weighted mean of each window: inputs X `[C, H, W]` and positive weights W at patch resolution `[C, h, w]`.
///
/// W counts as if upsampled (nearest) to H × W. Window normalised, Y = avgpool(X·W) / avgpool(W); otherwise
/// Y = avgpool(X·W). This is the last step of local-importance pooling (Gao et al., 2019) and of self-attentive pooling
/// (Chen et al., 2023, section 3).
public struct WindowPool: OperationKind {
    public static let kind = "windowPool"

    public var kernel: Size
    public var stride: Size
    public var padding: Size
    public var isNormalised: Bool

    /// A weighted pooling by its window.
    public init(kernel: Size, stride: Size, padding: Size = 0, isNormalised: Bool = true) {
        self.kernel = kernel
        self.stride = stride
        self.padding = padding
        self.isNormalised = isNormalised
    }

    public func outputShape(_ inputs: [Shape]) throws(NetworkError) -> Shape {
        guard inputs.count == 2 else { throw NetworkError("takes a map and its weights, given \(inputs.count) inputs") }
        let (x, weights) = (inputs[0], inputs[1])
        try require(
            x.isMap && weights.isMap && x.channels == weights.channels && weights.height <= x.height
                && weights.width <= x.width && weights.count > 0,
            "its weights \(weights) do not fit the map \(x)")
        try require(
            padding.height <= kernel.height / 2 && padding.width <= kernel.width / 2,
            "its padding is \(padding): use at most half of its kernel \(kernel)")
        return Shape(x.channels, try Window(kernel: kernel, stride: stride, padding: padding).outputSize(x.size))
    }

    public func multiplyAccumulates(_ inputs: [Shape], _ output: Shape) -> Int { output.count * kernel.area }

    /// Whether every window lies inside one cell of the upsampled weights, so that a normalised pooling is exactly average pooling
    /// and its weights get no gradient.
    ///
    /// Decided from the actual sizes: a patch that is a multiple of the kernel is the usual way, not the only one.
    public func isAveragePooling(map: Size, weights: Size) -> Bool {
        guard isNormalised else { return false }
        return NearestUpsampling(from: weights.height, to: map.height)
            .keepsWindowsWhole(kernel: kernel.height, stride: stride.height, padding: padding.height)
            && NearestUpsampling(from: weights.width, to: map.width)
                .keepsWindowsWhole(kernel: kernel.width, stride: stride.width, padding: padding.width)
    }
}
