/// Darknet-53 (Redmon and Farhadi, *YOLOv3*, 2018), with any pooling: YOLOv3's backbone. Activations are ReLU6 (see `YOLOv3`).
public struct Darknet53: Backbone {
    /// One a stage: 5.
    public var stages: [Downsampling]
    public var head: Head
    public var conventions = LayerConventions.pytorch

    /// Strides as published.
    public static let publishedStrides = [2, 2, 2, 2, 2]

    private static let blocks = [1, 2, 8, 8, 4]

    /// A Darknet-53 by its choices.
    public init(stages: [Downsampling] = Downsampling.stages(publishedStrides), head: Head = .average) {
        self.stages = stages
        self.head = head
    }

    public func featureMaps(_ image: Node.ID, in builder: NetworkBuilder) throws -> [Node.ID] {
        try requireStages(stages, Self.blocks.count, of: "Darknet-53")
        var x = try builder.convolutionBlock(image, to: 32, kernel: 3, activation: .relu6, scope: "conv1")
        return try Self.blocks.enumerated().map { stage, blocks in
            x = try builder.scope("layer\(stage + 1)") {
                try buildStage(x, stages[stage], to: 64 << stage, blocks: blocks, in: builder)
            }
            return x
        }
    }

    public func classify(_ map: Node.ID, classes: Int, in builder: NetworkBuilder) throws -> Node.ID {
        try builder.classifier(map, classes: classes, head: head, name: "fc")
    }

    private func buildStage(
        _ x: Node.ID, _ stage: Downsampling, to channels: Int, blocks: Int, in builder: NetworkBuilder
    ) throws -> Node.ID {
        var x = try builder.convolutionBlock(
            x, to: channels, kernel: 3, stride: stage.convolutionStride, activation: .relu6, scope: "0")
        if let layer = stage.layer {
            x = try builder.pool(x, with: layer.method, kernel: layer.stride, name: "pooling")
        }
        for block in 1...blocks {
            x = try builder.scope("\(block)") {
                let narrow = try builder.convolutionBlock(
                    x, to: channels / 2, kernel: 1, activation: .relu6, scope: "0")
                let wide = try builder.convolutionBlock(
                    narrow, to: channels, kernel: 3, activation: .relu6, scope: "1")
                return try builder.add(x, wide, name: "add")
            }
        }
        return x
    }
}
