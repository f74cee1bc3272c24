/// MobileNetV3 (Howard et al., *Searching for MobileNetV3*, ICCV 2019) as the authors of self-attentive pooling wrote it: blocks pool
/// at their end, squeeze-and-excite works on the output channels, and every number of blocks and channels is theirs.
public struct MobileNetV3: Backbone {
    /// Depth and width.
    public enum Variant: String, Sendable, CaseIterable {
        case small, large
    }

    public var variant: Variant
    /// One a block: 11 (small) or 15 (large).
    public var blocks: [Downsampling]
    public var stem: Stem
    public var head: Head
    public var conventions = LayerConventions.pytorch

    /// A MobileNetV3 by its choices.
    public init(_ variant: Variant, blocks: [Downsampling]? = nil, stem: Stem = .standard, head: Head = .average) {
        self.variant = variant
        self.blocks = blocks ?? Downsampling.stages(Self.publishedStrides(variant))
        self.stem = stem
        self.head = head
    }

    /// Its blocks: each is a stage.
    public var stages: [Downsampling] { blocks }

    /// Strides as published, for 224-pixel images.
    public static func publishedStrides(_ variant: Variant) -> [Int] {
        switch variant {
        case .small: [2, 2, 1, 2, 1, 1, 1, 1, 2, 1, 1]
        case .large: [1, 2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 2, 1, 1]
        }
    }

    private struct Block {
        let kernel: Int
        let expand: Int
        let output: Int
        let function: Activation.Function
        let hasSqueeze: Bool
    }

    private var settings: [Block] {
        let rows: [(Int, Int, Int)]
        let lastReLU: Int
        let squeezed: Set<Int>
        switch variant {
        case .small:
            rows = [
                (3, 16, 16), (3, 72, 24), (3, 88, 24), (5, 96, 40), (5, 240, 40), (5, 240, 40), (5, 120, 48),
                (5, 144, 48),
                (5, 288, 96), (5, 576, 96), (5, 576, 96),
            ]
            lastReLU = 3
            squeezed = Set(1...11).subtracting([2, 3])
        case .large:
            rows = [
                (3, 16, 16), (3, 64, 24), (3, 72, 24), (5, 72, 40), (5, 120, 40), (5, 120, 40), (3, 240, 80),
                (3, 200, 80),
                (3, 184, 80), (3, 184, 80), (3, 480, 112), (3, 672, 112), (5, 672, 160), (5, 672, 160), (5, 960, 160),
            ]
            lastReLU = 6
            squeezed = Set(4...6).union(11...15)
        }
        return rows.enumerated().map { index, row in
            Block(
                kernel: row.0, expand: row.1, output: row.2, function: index < lastReLU ? .relu : .hardSwish,
                hasSqueeze: squeezed.contains(index + 1))
        }
    }

    public func featureMaps(_ image: Node.ID, in builder: NetworkBuilder) throws -> [Node.ID] {
        let settings = settings
        try requireStages(blocks, settings.count, of: "MobileNetV3 \(variant.rawValue)", unit: "blocks")
        var x = try buildStem(image, in: builder)
        return try settings.enumerated().map { index, block in
            x = try builder.scope("bneck.\(index)") { try buildBlock(x, block, blocks[index], in: builder) }
            return x
        }
    }

    public func classify(_ map: Node.ID, classes: Int, in builder: NetworkBuilder) throws -> Node.ID {
        var x = try builder.convolution(map, to: variant == .small ? 576 : 960, kernel: 1, name: "conv2")
        x = try builder.activation(try builder.batchNorm(x, name: "bn2"), .hardSwish, name: "hs2")
        x = try builder.linear(try builder.globalPool(x, head), to: 1280, name: "linear3")
        x = try builder.activation(try builder.batchNorm(x, name: "bn3"), .hardSwish, name: "hs3")
        return try builder.linear(x, to: classes, name: "linear4")
    }

    private func buildStem(_ x: Node.ID, in builder: NetworkBuilder) throws -> Node.ID {
        var map = try builder.paddedConvolution(
            x, to: 16, kernel: 3, stride: Size(stem.stride(standard: 2)), name: "conv1")
        map = try builder.activation(try builder.batchNorm(map, name: "bn1"), .hardSwish, name: "hs1")
        return try builder.pool(map, behind: stem, name: "conv1_pool")
    }

    private func buildBlock(
        _ x: Node.ID, _ block: Block, _ downsampling: Downsampling, in builder: NetworkBuilder
    ) throws -> Node.ID {
        let input = builder.shape(of: x).channels
        var map = try builder.convolution(x, to: block.expand, kernel: 1, name: "conv1")
        map = try builder.activation(try builder.batchNorm(map, name: "bn1"), block.function, name: "nolinear1")
        map = try builder.paddedConvolution(
            map, to: block.expand, kernel: Size(block.kernel), stride: Size(downsampling.convolutionStride),
            groups: block.expand, name: "conv2")
        map = try builder.activation(try builder.batchNorm(map, name: "bn2"), block.function, name: "nolinear2")
        map = try builder.batchNorm(
            try builder.convolution(map, to: block.output, kernel: 1, name: "conv3"), name: "bn3")
        if block.hasSqueeze { map = try builder.scope("se") { try squeezeAndExcite(map, in: builder) } }
        if downsampling.stride == 1 {
            var shortcut = x
            if input != block.output {
                shortcut = try builder.scope("shortcut") {
                    try builder.batchNorm(try builder.convolution(x, to: block.output, kernel: 1, name: "0"), name: "1")
                }
            }
            map = try builder.add(map, shortcut, name: "add")
        }
        guard let layer = downsampling.layer else { return map }
        return try builder.pool(map, with: layer.method, kernel: layer.stride, name: "pooling")
    }

    /// Squeeze-and-excite (Hu, Shen and Sun, CVPR 2018) with batch normalisation, to a quarter of the channels.
    private func squeezeAndExcite(_ x: Node.ID, in builder: NetworkBuilder) throws -> Node.ID {
        let channels = builder.shape(of: x).channels
        let gate = try builder.scope("se") {
            var gate = try builder.add(.globalAveragePool(GlobalAveragePool()), [x], name: "0")
            gate = try builder.convolution(gate, to: channels / 4, kernel: 1, name: "1")
            gate = try builder.activation(try builder.batchNorm(gate, name: "2"), .relu, name: "3")
            gate = try builder.convolution(gate, to: channels, kernel: 1, name: "4")
            return try builder.activation(try builder.batchNorm(gate, name: "5"), .hardSigmoid, name: "6")
        }
        return try builder.multiply(x, gate, name: "scaled")
    }
}
