/// A small plain network for quick starts: in each stage a 3×3 convolution, batch normalisation, ReLU and the stage's
/// down-sampling; then a global average and a linear layer.
public struct PlainCNN: Backbone {
    /// Channels, one number a stage.
    public var channels: [Int]
    /// One a stage.
    public var stages: [Downsampling]
    public var head: Head
    public var conventions = LayerConventions.pytorch

    /// A plain network by its channels and down-samplings.
    public init(
        channels: [Int] = [16, 32, 64], stages: [Downsampling] = Downsampling.stages([2, 2, 2]), head: Head = .average
    ) {
        self.channels = channels
        self.stages = stages
        self.head = head
    }

    /// Each stage's map before its pooling, and after it where it has one.
    public func featureMaps(_ image: Node.ID, in builder: NetworkBuilder) throws -> [Node.ID] {
        guard !channels.isEmpty else {
            throw NetworkError("a plain CNN needs at least one stage: give channels such as 16-32-64")
        }
        try requireChannels(channels, channels.count, of: "a plain CNN")
        try requireStages(stages, channels.count, of: "a plain CNN of \(channels.count) channel numbers")
        var maps: [Node.ID] = []
        for (index, stage) in stages.enumerated() {
            maps.append(
                try builder.convolutionBlock(
                    maps.last ?? image, to: channels[index], kernel: 3, stride: stage.convolutionStride,
                    activation: .relu, scope: "features.\(index)"))
            if let layer = stage.layer, let map = maps.last {
                maps.append(
                    try builder.pool(
                        map, with: layer.method, kernel: layer.stride, name: "features.\(index).pooling"))
            }
        }
        return maps
    }

    public func classify(_ map: Node.ID, classes: Int, in builder: NetworkBuilder) throws -> Node.ID {
        try builder.classifier(map, classes: classes, head: head, name: "classifier")
    }
}
