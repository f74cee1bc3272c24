/// DS-CNN (Zhang et al., *Hello Edge: Keyword Spotting on Microcontrollers*, 2017): a large convolution and depthwise
/// separable blocks that keep the map's size. With its defaults it is MLPerf Tiny's network for keyword spotting, on
/// "images" of 49 × 10 numbers of one channel.
///
/// MLPerf's averages the first 24 rows of the last 25; this one averages all.
public struct DSCNN: Backbone {
    /// Of every layer.
    public var channels: Int
    /// Rows and columns of the first convolution.
    public var kernel: Size
    /// The first convolution, and then one a block: 5 for four blocks.
    public var stages: [Downsampling]
    public var head: Head
    public var conventions = LayerConventions.keras

    /// Strides as published.
    public static let publishedStrides = [2, 1, 1, 1, 1]

    /// A DS-CNN by its choices.
    public init(
        channels: Int = 64, kernel: Size = Size(10, 4), stages: [Downsampling] = Downsampling.stages(publishedStrides),
        head: Head = .average
    ) {
        self.channels = channels
        self.kernel = kernel
        self.stages = stages
        self.head = head
    }

    public func featureMaps(_ image: Node.ID, in builder: NetworkBuilder) throws -> [Node.ID] {
        guard stages.count > 1 else {
            throw NetworkError("DS-CNN has a convolution and at least one block: give at least 2 strides")
        }
        try requireStages(stages, stages.count, of: "DS-CNN")
        try requireChannels([channels], 1, of: "DS-CNN")
        var x = image
        return try stages.enumerated().map { index, stage in
            try builder.scope("features.\(index)") {
                x =
                    index == 0
                    ? try builder.convolutionBlock(
                        x, to: channels, kernel: kernel, stride: stage.convolutionStride, activation: .relu, scope: "0")
                    : try builder.separableBlock(
                        x, to: channels, stride: stage.convolutionStride, activation: .relu, scope: "0")
                if let layer = stage.layer {
                    x = try builder.pool(x, with: layer.method, kernel: layer.stride, name: "pooling")
                }
            }
            return x
        }
    }

    public func classify(_ map: Node.ID, classes: Int, in builder: NetworkBuilder) throws -> Node.ID {
        try builder.classifier(map, classes: classes, head: head, name: "classifier")
    }
}
