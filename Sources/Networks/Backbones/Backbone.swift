/// A family of networks with its choices made: builds one for any input shape and number of classes.
public protocol NetworkFamily: Sendable {
    /// Writes the network.
    ///
    /// - Throws: `NetworkError` where the choices or the image do not fit.
    func build(named name: String, input: Shape, classes: Int) throws -> Network
}

/// A family of classifiers whose maps others can build on.
public protocol Backbone: NetworkFamily {
    /// What stands in front of every name; empty for nothing.
    var scope: String { get }

    /// How each stage makes its map smaller, in order.
    var stages: [Downsampling] { get }

    /// Where its paddings lie, and the numbers of its batch normalisations.
    var conventions: LayerConventions { get set }

    /// What its numbers of channels are multiplied by, where that can be chosen; nil where it comes in one width.
    var multiplier: Double? { get }

    /// Writes everything up to the last stage.
    ///
    /// - Returns: each stage's map, in order; at least one.
    /// - Throws: `NetworkError` where the choices or the image do not fit.
    func featureMaps(_ image: Node.ID, in builder: NetworkBuilder) throws -> [Node.ID]

    /// Writes what makes logits of the last stage's map.
    func classify(_ map: Node.ID, classes: Int, in builder: NetworkBuilder) throws -> Node.ID
}

extension Backbone {
    public var scope: String { "net" }
    public var multiplier: Double? { nil }

    public func build(named name: String, input: Shape, classes: Int) throws -> Network {
        let builder = NetworkBuilder(name)
        let image = try builder.input(input)
        let logits = try builder.scope(scope) {
            try builder.following(conventions) {
                guard let last = try featureMaps(image, in: builder).last else {
                    throw NetworkError("the network has no stages")
                }
                return try classify(last, classes: classes, in: builder)
            }
        }
        return try builder.network(output: logits)
    }
}

extension NetworkFamily {
    /// Builds the network; where the image is too small, the error names the smallest that would do.
    public func network(named name: String, input: Shape, classes: Int) throws -> Network {
        do {
            return try build(named: name, input: input, classes: classes)
        } catch let error as NetworkError where error.isTooSmallAnImage && input.isMap {
            guard let side = smallestSide(channels: input.channels, above: min(input.height, input.width)) else {
                throw error
            }
            throw NetworkError(
                "a \(input.size) image is too small for this network, which needs at least \(side)×\(side) (\(error.message))",
                isTooSmallAnImage: true)
        }
    }

    private func smallestSide(channels: Int, above failing: Int) -> Int? {
        func fits(_ side: Int) -> Bool {
            (try? build(named: "", input: [channels, side, side], classes: 2)) != nil
        }
        var (low, high) = (failing, max(1, failing))
        repeat {
            high *= 2
            if high > 1 << 13 { return nil }
        } while !fits(high)
        while high - low > 1 {
            let middle = (low + high) / 2
            if fits(middle) { high = middle } else { low = middle }
        }
        return high
    }
}

/// How one stage of a backbone makes its map smaller.
public struct Downsampling: Sendable {
    /// Factor in each direction; 1 leaves the map as it is.
    public var stride: Int

    /// The pooling layer, or nil to put the stride into the convolution that ordinarily has it.
    public var pooling: (any PoolingMethod)?

    /// A down-sampling by its factor and method.
    public init(stride: Int, pooling: (any PoolingMethod)? = nil) {
        self.stride = stride
        self.pooling = pooling
    }

    /// The map stays as it is.
    public static let none = Downsampling(stride: 1)

    /// One down-sampling a stage, all by the same method.
    public static func stages(_ strides: [Int], pooling: (any PoolingMethod)? = nil) -> [Downsampling] {
        strides.map { Downsampling(stride: $0, pooling: pooling) }
    }

    /// The stride for the stage's convolution.
    var convolutionStride: Int { pooling == nil ? stride : 1 }

    /// The layer and its stride, where there is one.
    var layer: (method: any PoolingMethod, stride: Int)? {
        guard stride > 1, let pooling else { return nil }
        return (pooling, stride)
    }
}

/// What follows a backbone's first convolution.
public enum Stem: Sendable {
    /// The backbone's own: a stride of 2, and in a ResNet a max pooling as well.
    case standard
    /// As published, where the authors of self-attentive pooling changed it: a ResNet's max pooling is 3×3 with padding. For weights of
    /// torchvision and timm.
    case published
    /// The first convolution has this stride and nothing follows.
    case strided(Int)
    /// The first convolution keeps stride 1, and a pooling with kernel = stride follows.
    case pooled(any PoolingMethod, stride: Int)

    /// Stride of the first convolution, where that of the backbone's own is `standard`.
    func stride(standard: Int) -> Int {
        switch self {
        case .standard, .published: standard
        case .strided(let stride): stride
        case .pooled: 1
        }
    }
}

extension NetworkBuilder {
    /// A stem's map, pooled where the stem says so.
    func pool(_ map: Node.ID, behind stem: Stem, name: String) throws -> Node.ID {
        guard case .pooled(let method, let factor) = stem else { return map }
        return try pool(map, with: method, kernel: factor, name: name)
    }
}

/// Where a stage's pooling layer stands.
public enum PoolingPlacement: String, Sendable, CaseIterable {
    /// In front of the stage, on its input channels.
    case before
    /// Inside the stage's first block (MobileNets) or behind it (ResNets).
    case inside
    /// Behind the stage's last block.
    case after
}

/// Refuses a list of stages of the wrong length.
func requireStages(_ stages: [Downsampling], _ count: Int, of backbone: String, unit: String = "stages") throws {
    guard stages.count == count else {
        throw NetworkError(
            "\(backbone) has \(count) \(unit), so its strides are \(count) digits, not \(stages.count)")
    }
    for stage in stages where !(1...64).contains(stage.stride) {
        throw NetworkError("a stride of \(stage.stride): use 1 to 64")
    }
}

/// Refuses numbers of channels that no layer has, and a list of them of the wrong length.
func requireChannels(_ channels: [Int], _ count: Int, of backbone: String) throws {
    guard channels.count == count else {
        throw NetworkError(
            "\(backbone) has \(count) stages, so its channels are \(count) numbers, not \(channels.count)")
    }
    for count in channels where !(1...1 << 16).contains(count) {
        throw NetworkError("a stage of \(count) channels: use 1 to 65536")
    }
}
