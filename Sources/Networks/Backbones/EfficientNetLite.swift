/// EfficientNet-Lite0 (Liu, *Higher Accuracy on Vision Models with EfficientNet-Lite*, 2020, after Tan and Le, *EfficientNet*, ICML
/// 2019): MobileNetV2's blocks in EfficientNet-B0's proportions, without squeeze-and-excite and with ReLU6, for integer arithmetic.
///
/// Names are timm's, so that its `efficientnet_lite0` loads (padding is symmetric here as there).
public struct EfficientNetLite: Backbone {
    /// One a stage: 7.
    public var stages: [Downsampling]
    /// `before` the stage or `inside` its first block, behind the projection.
    public var placement: PoolingPlacement
    public var stem: Stem
    public var head: Head
    public var conventions = LayerConventions.pytorch

    /// Strides as published, for 224-pixel images.
    public static let publishedStrides = [1, 2, 2, 2, 1, 2, 1]

    private typealias Setting = (expansion: Int, kernel: Int, channels: Int, blocks: Int)

    private static let settings: [Setting] = [
        (1, 3, 16, 1), (6, 3, 24, 2), (6, 5, 40, 2), (6, 3, 80, 3), (6, 5, 112, 3), (6, 5, 192, 4), (6, 3, 320, 1),
    ]

    /// An EfficientNet-Lite0 by its choices.
    public init(
        stages: [Downsampling] = Downsampling.stages(publishedStrides), placement: PoolingPlacement = .inside,
        stem: Stem = .standard, head: Head = .average
    ) {
        self.stages = stages
        self.placement = placement
        self.stem = stem
        self.head = head
    }

    public var scope: String { "" }

    public func featureMaps(_ image: Node.ID, in builder: NetworkBuilder) throws -> [Node.ID] {
        try requireStages(stages, Self.settings.count, of: "EfficientNet-Lite0")
        guard placement != .after else {
            throw NetworkError(
                "EfficientNet-Lite0 places its pooling before the stage or inside its first block, not after")
        }
        var x = try buildStem(image, in: builder)
        return try Self.settings.enumerated().map { index, setting in
            x = try builder.scope("blocks.\(index)") { try buildStage(x, setting, stages[index], in: builder) }
            return x
        }
    }

    public func classify(_ map: Node.ID, classes: Int, in builder: NetworkBuilder) throws -> Node.ID {
        let x = try layer(map, to: 1280, kernel: 1, convolution: "conv_head", norm: "bn2", in: builder)
        return try builder.classifier(x, classes: classes, head: head, name: "classifier")
    }

    private func buildStem(_ x: Node.ID, in builder: NetworkBuilder) throws -> Node.ID {
        let map = try layer(
            x, to: 32, kernel: 3, stride: stem.stride(standard: 2), convolution: "conv_stem", norm: "bn1", in: builder)
        return try builder.pool(map, behind: stem, name: "stem_pool")
    }

    private func buildStage(
        _ x: Node.ID, _ setting: Setting, _ stage: Downsampling, in builder: NetworkBuilder
    ) throws -> Node.ID {
        var x = x
        if placement == .before, let layer = stage.layer {
            x = try builder.pool(x, with: layer.method, kernel: layer.stride, name: "pooling")
        }
        for block in 0..<setting.blocks {
            x = try builder.scope("\(block)") {
                let input = builder.shape(of: x).channels
                let stride = block == 0 ? stage.convolutionStride : 1
                let map = try buildBlock(x, setting, stride: stride, in: builder)
                if block == 0, placement == .inside, let layer = stage.layer {
                    return try builder.pool(map, with: layer.method, kernel: layer.stride, name: "pooling")
                }
                return stride == 1 && input == setting.channels ? try builder.add(map, x, name: "add") : map
            }
        }
        return x
    }

    private func buildBlock(_ x: Node.ID, _ setting: Setting, stride: Int, in builder: NetworkBuilder) throws -> Node.ID
    {
        let hidden = builder.shape(of: x).channels * setting.expansion
        let isExpanded = setting.expansion > 1
        var map = x
        if isExpanded { map = try layer(map, to: hidden, kernel: 1, convolution: "conv_pw", norm: "bn1", in: builder) }
        map = try layer(
            map, to: hidden, kernel: setting.kernel, stride: stride, groups: hidden, convolution: "conv_dw",
            norm: isExpanded ? "bn2" : "bn1", in: builder)
        map = try builder.convolution(map, to: setting.channels, kernel: 1, name: isExpanded ? "conv_pwl" : "conv_pw")
        return try builder.batchNorm(map, name: isExpanded ? "bn3" : "bn2")
    }

    /// Convolution, batch normalisation, ReLU6.
    private func layer(
        _ x: Node.ID, to channels: Int, kernel: Int, stride: Int = 1, groups: Int = 1, convolution: String,
        norm: String,
        in builder: NetworkBuilder
    ) throws -> Node.ID {
        let map = try builder.paddedConvolution(
            x, to: channels, kernel: Size(kernel), stride: Size(stride), groups: groups, name: convolution)
        return try builder.activation(try builder.batchNorm(map, name: norm), .relu6, name: "\(norm).relu6")
    }
}
