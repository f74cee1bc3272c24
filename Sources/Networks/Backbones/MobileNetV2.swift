/// MobileNetV2 (Sandler et al., *Inverted Residuals and Linear Bottlenecks*, CVPR 2018) at any width, with any pooling.
public struct MobileNetV2: Backbone {
    /// Multiplies every number of channels, which is then rounded to a multiple of 8 (of 4 at width 0.1).
    public var width: Double
    /// One a stage: 7.
    public var stages: [Downsampling]
    /// `before` the stage or `inside` its first block, behind the projection.
    public var placement: PoolingPlacement
    public var stem: Stem
    public var head: Head
    public var conventions = LayerConventions.pytorch

    /// Strides as published, for 224-pixel images.
    public static let publishedStrides = [1, 2, 2, 2, 1, 2, 1]

    private static let settings: [(expansion: Int, channels: Int, blocks: Int)] = [
        (1, 16, 1), (6, 24, 2), (6, 32, 3), (6, 64, 4), (6, 96, 3), (6, 160, 3), (6, 320, 1),
    ]

    /// A MobileNetV2 by its choices.
    public init(
        width: Double = 1, stages: [Downsampling] = Downsampling.stages(publishedStrides),
        placement: PoolingPlacement = .inside, stem: Stem = .standard, head: Head = .average
    ) {
        self.width = width
        self.stages = stages
        self.placement = placement
        self.stem = stem
        self.head = head
    }

    public var multiplier: Double? { width }

    public func featureMaps(_ image: Node.ID, in builder: NetworkBuilder) throws -> [Node.ID] {
        try requireStages(stages, Self.settings.count, of: "MobileNetV2")
        guard width > 0, width <= 16 else {
            throw NetworkError("a width of \(width): use a number above 0, at most 16")
        }
        guard placement != .after else {
            throw NetworkError("MobileNetV2 places its pooling before the stage or inside its first block, not after")
        }
        var x = try buildStem(image, in: builder)
        return try Self.settings.enumerated().map { index, setting in
            x = try builder.scope("features.\(index)") { try buildStage(x, setting, stages[index], in: builder) }
            return x
        }
    }

    public func classify(_ map: Node.ID, classes: Int, in builder: NetworkBuilder) throws -> Node.ID {
        let last = max(1280, channels(1280))
        let x = try builder.convolutionBlock(map, to: last, kernel: 1, activation: .relu6, scope: "conv2")
        return try builder.classifier(x, classes: classes, head: head, name: "classifier")
    }

    private func buildStem(_ x: Node.ID, in builder: NetworkBuilder) throws -> Node.ID {
        let map = try builder.convolutionBlock(
            x, to: channels(32), kernel: 3, stride: stem.stride(standard: 2), activation: .relu6, scope: "conv1")
        return try builder.pool(map, behind: stem, name: "conv1_pool")
    }

    private func buildStage(
        _ x: Node.ID, _ setting: (expansion: Int, channels: Int, blocks: Int), _ stage: Downsampling,
        in builder: NetworkBuilder
    ) throws -> Node.ID {
        var x = x
        var block = 0
        if placement == .before, let layer = stage.layer {
            x = try builder.pool(x, with: layer.method, kernel: layer.stride, name: "0")
            block = 1
        }
        for repetition in 0..<setting.blocks {
            let isFirst = repetition == 0
            x = try builder.scope("\(block + repetition)") {
                try buildBlock(
                    x, expansion: setting.expansion, to: channels(setting.channels),
                    stride: isFirst ? stage.convolutionStride : 1,
                    pooling: isFirst && placement == .inside ? stage.layer : nil, in: builder)
            }
        }
        return x
    }

    private func buildBlock(
        _ x: Node.ID, expansion: Int, to output: Int, stride: Int, pooling: (method: any PoolingMethod, stride: Int)?,
        in builder: NetworkBuilder
    ) throws -> Node.ID {
        let input = builder.shape(of: x).channels
        let hidden = input * expansion
        var map = x
        var layer = 0
        try builder.scope("conv") {
            func next() -> String {
                defer { layer += 1 }
                return "\(layer)"
            }
            if expansion > 1 {
                map = try builder.convolution(map, to: hidden, kernel: 1, name: next())
                map = try builder.activation(try builder.batchNorm(map, name: next()), .relu6, name: next())
            }
            map = try builder.paddedConvolution(
                map, to: hidden, kernel: 3, stride: Size(stride), groups: hidden, name: next())
            map = try builder.activation(try builder.batchNorm(map, name: next()), .relu6, name: next())
            map = try builder.convolution(map, to: output, kernel: 1, name: next())
            map = try builder.batchNorm(map, name: next())
        }
        if let pooling {
            return try builder.pool(map, with: pooling.method, kernel: pooling.stride, name: "pooling")
        }
        return stride == 1 && input == output ? try builder.add(x, map, name: "add") : map
    }

    private func channels(_ base: Int) -> Int {
        let divisor = width == 0.1 ? 4 : 8
        let wanted = Double(base) * width
        let rounded = max(divisor, Int(wanted + Double(divisor) / 2) / divisor * divisor)
        return Double(rounded) < 0.9 * wanted ? rounded + divisor : rounded
    }
}
