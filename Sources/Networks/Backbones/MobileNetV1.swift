/// MobileNet (Howard et al., *MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications*,
/// 2017) at any width, with any pooling. Of width 0.25 it is MLPerf Tiny's network for Visual Wake Words (Banbury et
/// al., *MLPerf Tiny Benchmark*, 2021).
public struct MobileNetV1: Backbone {
    /// Multiplies every number of channels; what is left is cut to a whole number, at least 8.
    public var width: Double
    /// One a stage: 5, of 1, 2, 2, 6 and 2 blocks.
    public var stages: [Downsampling]
    /// `before` the stage or `inside`: behind its first block.
    public var placement: PoolingPlacement
    public var stem: Stem
    public var head: Head
    /// ReLU as published; Keras' own has ReLU6.
    public var activation: RectifierChoice
    public var conventions = LayerConventions.keras

    /// What the network's activations may be.
    public enum RectifierChoice: String, Sendable, CaseIterable {
        case relu, relu6

        var function: Activation.Function {
            switch self {
            case .relu: .relu
            case .relu6: .relu6
            }
        }
    }

    /// Strides as published.
    public static let publishedStrides = [1, 2, 2, 2, 2]

    private static let settings: [(channels: Int, blocks: Int)] = [(64, 1), (128, 2), (256, 2), (512, 6), (1024, 2)]

    /// A MobileNet by its choices.
    public init(
        width: Double = 1, stages: [Downsampling] = Downsampling.stages(publishedStrides),
        placement: PoolingPlacement = .inside, stem: Stem = .standard, head: Head = .average,
        activation: RectifierChoice = .relu
    ) {
        self.width = width
        self.stages = stages
        self.placement = placement
        self.stem = stem
        self.head = head
        self.activation = activation
    }

    public var multiplier: Double? { width }

    public func featureMaps(_ image: Node.ID, in builder: NetworkBuilder) throws -> [Node.ID] {
        try requireStages(stages, Self.settings.count, of: "MobileNet")
        guard width > 0, width <= 16 else {
            throw NetworkError("a width of \(width): use a number above 0, at most 16")
        }
        guard placement != .after else {
            throw NetworkError("MobileNet places its pooling before the stage or behind its first block, not after")
        }
        var x = try buildStem(image, in: builder)
        return try Self.settings.enumerated().map { index, setting in
            x = try builder.scope("features.\(index)") { try buildStage(x, setting, stages[index], in: builder) }
            return x
        }
    }

    public func classify(_ map: Node.ID, classes: Int, in builder: NetworkBuilder) throws -> Node.ID {
        try builder.classifier(map, classes: classes, head: head, name: "classifier")
    }

    private func buildStem(_ x: Node.ID, in builder: NetworkBuilder) throws -> Node.ID {
        let map = try builder.convolutionBlock(
            x, to: channels(32), kernel: 3, stride: stem.stride(standard: 2), activation: activation.function,
            scope: "conv1")
        return try builder.pool(map, behind: stem, name: "conv1_pool")
    }

    private func buildStage(
        _ x: Node.ID, _ setting: (channels: Int, blocks: Int), _ stage: Downsampling, in builder: NetworkBuilder
    ) throws -> Node.ID {
        var x = x
        func pool() throws {
            guard let layer = stage.layer else { return }
            x = try builder.pool(x, with: layer.method, kernel: layer.stride, name: "pooling")
        }
        if placement == .before { try pool() }
        for block in 0..<setting.blocks {
            x = try builder.separableBlock(
                x, to: channels(setting.channels), stride: block == 0 ? stage.convolutionStride : 1,
                activation: activation.function, scope: "\(block)")
            if block == 0, placement == .inside { try pool() }
        }
        return x
    }

    private func channels(_ base: Int) -> Int { max(8, Int(Double(base) * width)) }
}
