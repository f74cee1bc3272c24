/// ResNet (He et al., *Deep Residual Learning for Image Recognition*, CVPR 2016) and a ResNeXt in its layout (Xie et al., CVPR
/// 2017), with any pooling.
public struct ResNet: Backbone {
    /// Depth and kind of block.
    public enum Variant: String, Sendable, CaseIterable {
        case resnet18, resnet34, resnet50
        /// ResNet-18 with 32 groups in the second convolution of each block.
        case resnext18

        var blocks: [Int] {
            switch self {
            case .resnet18, .resnext18: [2, 2, 2, 2]
            case .resnet34, .resnet50: [3, 4, 6, 3]
            }
        }

        var isBottleneck: Bool { self == .resnet50 }
        var groups: Int { self == .resnext18 ? 32 : 1 }
    }

    public var variant: Variant
    /// One a stage: 4.
    public var stages: [Downsampling]
    /// `inside` (behind the stage's first block) or `after` its last.
    public var placement: PoolingPlacement
    public var stem: Stem
    public var head: Head
    public var conventions = LayerConventions.pytorch

    /// Strides as published, for 224-pixel images.
    public static let publishedStrides = [1, 2, 2, 2]

    /// A ResNet by its choices.
    public init(
        _ variant: Variant, stages: [Downsampling] = Downsampling.stages(publishedStrides),
        placement: PoolingPlacement = .after, stem: Stem = .standard, head: Head = .average
    ) {
        self.variant = variant
        self.stages = stages
        self.placement = placement
        self.stem = stem
        self.head = head
    }

    public func featureMaps(_ image: Node.ID, in builder: NetworkBuilder) throws -> [Node.ID] {
        try requireStages(stages, 4, of: variant.rawValue)
        guard placement != .before else {
            throw NetworkError(
                "\(variant.rawValue) places its pooling behind the first or the last block of a stage, not before")
        }
        var x = try buildStem(image, in: builder)
        return try (0..<4).map { stage in
            x = try builder.scope("layer\(stage + 1)") { try buildStage(x, stage, in: builder) }
            return x
        }
    }

    public func classify(_ map: Node.ID, classes: Int, in builder: NetworkBuilder) throws -> Node.ID {
        try builder.classifier(map, classes: classes, head: head, name: "fc")
    }

    private func buildStem(_ x: Node.ID, in builder: NetworkBuilder) throws -> Node.ID {
        var map = try builder.paddedConvolution(
            x, to: 64, kernel: 7, stride: Size(stem.stride(standard: 2)), name: "conv1")
        map = try builder.activation(try builder.batchNorm(map, name: "bn1"), .relu, name: "relu")
        switch stem {
        case .strided: return map
        case .pooled(let method, let factor): return try builder.pool(map, with: method, kernel: factor, name: "pool")
        case .standard, .published:
            var isPublished = variant == .resnext18
            if case .published = stem { isPublished = true }
            let window =
                isPublished
                ? conventions.window(kernel: 3, stride: 2, over: builder.shape(of: map).size)
                : Window(kernel: 2, stride: 2)
            return try builder.add(.maxPool(MaxPool(window)), [map], name: "maxpool")
        }
    }

    private func buildStage(_ x: Node.ID, _ stage: Int, in builder: NetworkBuilder) throws -> Node.ID {
        let downsampling = stages[stage]
        var x = x
        for block in 0..<variant.blocks[stage] {
            x = try builder.scope("\(block)") {
                let stride = block == 0 ? downsampling.convolutionStride : 1
                let isPooled = block == 0 && placement == .inside && downsampling.layer != nil
                x = try buildBlock(x, to: 64 << stage, stride: stride, hasProjection: isPooled, in: builder)
                guard isPooled, let layer = downsampling.layer else { return x }
                return try builder.pool(x, with: layer.method, kernel: layer.stride, name: "pooling")
            }
        }
        guard placement == .after, let layer = downsampling.layer else { return x }
        return try builder.pool(x, with: layer.method, kernel: layer.stride, name: "pool")
    }

    /// A residual block; `hasProjection` asks for a convolution in the shortcut where the shapes would not need one.
    private func buildBlock(
        _ x: Node.ID, to width: Int, stride: Int, hasProjection: Bool, in builder: NetworkBuilder
    ) throws -> Node.ID {
        let output = variant.isBottleneck ? 4 * width : width
        var map = x
        func layer(_ number: Int, to channels: Int, kernel: Int, stride: Int = 1, groups: Int = 1) throws {
            map = try builder.paddedConvolution(
                map, to: channels, kernel: Size(kernel), stride: Size(stride), groups: groups, name: "conv\(number)")
            map = try builder.batchNorm(map, name: "bn\(number)")
        }
        if variant.isBottleneck {
            try layer(1, to: width, kernel: 1)
            map = try builder.activation(map, .relu, name: "relu1")
            try layer(2, to: width, kernel: 3, stride: stride)
            map = try builder.activation(map, .relu, name: "relu2")
            try layer(3, to: output, kernel: 1)
        } else {
            try layer(1, to: width, kernel: 3, stride: stride)
            map = try builder.activation(map, .relu, name: "relu1")
            try layer(2, to: width, kernel: 3, groups: variant.groups)
        }
        var shortcut = x
        if hasProjection || stride > 1 || builder.shape(of: x).channels != output {
            shortcut = try builder.scope("downsample") {
                let projected = try builder.convolution(x, to: output, kernel: 1, stride: Size(stride), name: "0")
                return try builder.batchNorm(projected, name: "1")
            }
        }
        return try builder.activation(try builder.add(map, shortcut, name: "add"), .relu, name: "relu")
    }
}
