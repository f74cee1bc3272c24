/// The ResNets of He et al. for images of 32 pixels (*Deep Residual Learning for Image Recognition*, CVPR 2016, section
/// 4.2): a 3×3 convolution and three stages of n blocks, 6n + 2 layers with weights. With n = 1 it is MLPerf Tiny's
/// ResNet-8 (Banbury et al., 2021).
///
/// Where a block changes the shape, its shortcut is a 1×1 convolution with biases and no normalisation, as in Keras'
/// example and in MLPerf's network; the paper pads with zeros.
public struct SmallResNet: Backbone {
    /// Blocks of each stage.
    public var blocks: Int
    /// Of each stage: 3 numbers. MLPerf Tiny's larger ResNet-8 has 26, 52 and 104.
    public var channels: [Int]
    /// One a stage: 3.
    public var stages: [Downsampling]
    /// `inside` (behind the stage's first block) or `after` its last.
    public var placement: PoolingPlacement
    public var stem: Stem
    public var head: Head
    public var conventions = LayerConventions.keras

    /// Strides as published.
    public static let publishedStrides = [1, 2, 2]
    /// Channels as published.
    public static let publishedChannels = [16, 32, 64]

    private var title: String { "resnet\(6 * blocks + 2)" }

    /// A ResNet by its choices; `blocks` are those of each stage.
    public init(
        blocks: Int, channels: [Int] = publishedChannels,
        stages: [Downsampling] = Downsampling.stages(publishedStrides),
        placement: PoolingPlacement = .after, stem: Stem = .standard, head: Head = .average
    ) {
        self.blocks = blocks
        self.channels = channels
        self.stages = stages
        self.placement = placement
        self.stem = stem
        self.head = head
    }

    public func featureMaps(_ image: Node.ID, in builder: NetworkBuilder) throws -> [Node.ID] {
        guard (1...64).contains(blocks) else { throw NetworkError("\(blocks) blocks a stage: use 1 to 64") }
        try requireStages(stages, 3, of: title)
        try requireChannels(channels, 3, of: title)
        guard placement != .before else {
            throw NetworkError("\(title) places its pooling behind the first or the last block of a stage, not before")
        }
        var x = try buildStem(image, in: builder)
        return try (0..<3).map { stage in
            x = try builder.scope("layer\(stage + 1)") { try buildStage(x, stage, in: builder) }
            return x
        }
    }

    public func classify(_ map: Node.ID, classes: Int, in builder: NetworkBuilder) throws -> Node.ID {
        try builder.classifier(map, classes: classes, head: head, name: "fc")
    }

    private func buildStem(_ x: Node.ID, in builder: NetworkBuilder) throws -> Node.ID {
        let map = try builder.convolutionBlock(
            x, to: channels[0], kernel: 3, stride: stem.stride(standard: 1), activation: .relu, scope: "conv1")
        return try builder.pool(map, behind: stem, name: "conv1_pool")
    }

    private func buildStage(_ x: Node.ID, _ stage: Int, in builder: NetworkBuilder) throws -> Node.ID {
        let downsampling = stages[stage]
        var x = x
        func pool() throws {
            guard let layer = downsampling.layer else { return }
            x = try builder.pool(x, with: layer.method, kernel: layer.stride, name: "pooling")
        }
        for block in 0..<blocks {
            x = try builder.scope("\(block)") {
                try buildBlock(
                    x, to: channels[stage], stride: block == 0 ? downsampling.convolutionStride : 1, in: builder)
            }
            if block == 0, placement == .inside { try pool() }
        }
        if placement == .after { try pool() }
        return x
    }

    private func buildBlock(_ x: Node.ID, to width: Int, stride: Int, in builder: NetworkBuilder) throws -> Node.ID {
        var map = try builder.convolutionBlock(
            x, to: width, kernel: 3, stride: stride, activation: .relu, scope: "conv1")
        map = try builder.scope("conv2") {
            try builder.batchNorm(try builder.paddedConvolution(map, to: width, kernel: 3, name: "0"), name: "1")
        }
        var shortcut = x
        if stride > 1 || builder.shape(of: x).channels != width {
            shortcut = try builder.paddedConvolution(
                x, to: width, kernel: 1, stride: Size(stride), bias: true, name: "downsample")
        }
        return try builder.activation(try builder.add(map, shortcut, name: "add"), .relu, name: "relu")
    }
}
