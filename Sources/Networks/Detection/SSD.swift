/// SSD (Liu et al., *SSD: Single Shot MultiBox Detector*, ECCV 2016) and SSDLite (Sandler et al., *MobileNetV2*, CVPR 2018, section 6.2) on
/// any backbone.
///
/// Boxes are told from the last map of each size in the backbone, from `firstStride` on, and from extra layers behind it. SSDLite's heads
/// and extra layers are depthwise separable. Names of heads are torchvision's.
public struct SSD: NetworkFamily {
    public var backbone: any Backbone
    /// Whether heads and extra layers are depthwise separable.
    public var isLite: Bool
    /// Stride of the finest map that boxes are told from.
    public var firstStride: Int
    /// Stride of the coarsest map of the backbone that is taken; the backbone ends there. Nil for all of it.
    public var lastStride: Int?
    /// Layers behind the backbone, each half as large as the one before; fewer where a map has become 1×1.
    public var extraLevels: Int
    /// Sides of the square anchors as shares of the image, one a level and one more; nil for SSD's, evenly from 0.2 to 0.95.
    public var scales: [Double]?
    /// Anchors of each ratio and its inverse, beside two squares.
    public var aspectRatios: [Double]
    /// Channels of a feature pyramid (Lin et al., 2017) in front of the heads: coarse maps are added to finer ones; nil for none.
    public var pyramidChannels: Int?

    /// A detector by its choices.
    public init(
        backbone: any Backbone, isLite: Bool = true, firstStride: Int = 16, lastStride: Int? = nil,
        extraLevels: Int = 4, scales: [Double]? = nil,
        aspectRatios: [Double] = [2, 3], pyramidChannels: Int? = nil
    ) {
        self.backbone = backbone
        self.isLite = isLite
        self.firstStride = firstStride
        self.lastStride = lastStride
        self.extraLevels = extraLevels
        self.scales = scales
        self.aspectRatios = aspectRatios
        self.pyramidChannels = pyramidChannels
    }

    private static let largestExtra = 256

    public func build(named name: String, input: Shape, classes: Int) throws -> Network {
        try check(classes)
        let builder = NetworkBuilder(name)
        let image = try builder.input(input)
        var maps = try backbone.pyramid(image, in: builder).filter {
            (firstStride...(lastStride ?? .max)).contains(builder.stride(of: $0, image: image))
        }
        guard let last = maps.last else {
            let strides = lastStride.map { "strides \(firstStride) to \($0)" } ?? "stride \(firstStride)"
            throw NetworkError("the backbone has no map of \(strides): use a smaller first-stride")
        }
        maps += try extraMaps(behind: last, in: builder)
        if let pyramidChannels { maps = try merge(maps, channels: pyramidChannels, in: builder) }
        let grids = try anchorGrids(maps.map { builder.shape(of: $0).size })
        var outputs: [Node.ID] = []
        for (level, map) in maps.enumerated() {
            let anchors = grids[level].sizes.count
            outputs.append(try head(map, "classification_head", level, to: anchors * (classes + 1), in: builder))
            outputs.append(try head(map, "regression_head", level, to: anchors * 4, in: builder))
        }
        let network = try builder.network(
            outputs: outputs, detector: DetectorLayout(style: .ssd, classes: classes, grids: grids))
        // Stages that no box is told from would have weights all the same.
        return lastStride == nil ? network : try network.withoutUnusedNodes()
    }

    private func check(_ classes: Int) throws {
        guard classes > 0 else { throw NetworkError("a detector of \(classes) classes: use at least 1") }
        guard (1...1024).contains(firstStride) else { throw NetworkError("first-stride=\(firstStride): use 1 to 1024") }
        guard lastStride.map({ (firstStride...1024).contains($0) }) ?? true else {
            throw NetworkError("last-stride=\(lastStride ?? 0): use first-stride (\(firstStride)) to 1024")
        }
        guard (0...16).contains(extraLevels) else { throw NetworkError("extra=\(extraLevels): use 0 to 16") }
        guard aspectRatios.count <= 16, aspectRatios.allSatisfy({ $0 > 1 && $0 <= 100 }) else {
            throw NetworkError("ratios go from over 1 to 100 (the inverse of each comes by itself), at most 16 of them")
        }
        guard pyramidChannels.map({ (1...4096).contains($0) }) ?? true else {
            throw NetworkError("pyramid=\(pyramidChannels ?? 0): use 1 to 4096 channels")
        }
    }

    private func extraMaps(behind last: Node.ID, in builder: NetworkBuilder) throws -> [Node.ID] {
        var maps: [Node.ID] = []
        for level in 0..<extraLevels {
            let map = maps.last ?? last
            let shape = builder.shape(of: map)
            guard max(shape.height, shape.width) > 1 else { break }
            let channels = min(shape.channels, Self.largestExtra)
            maps.append(
                try builder.scope("extra.\(level)") {
                    let narrow = try builder.convolutionBlock(
                        map, to: max(1, channels / 2), kernel: 1, activation: .relu6, scope: "0")
                    return isLite
                        ? try builder.separableBlock(narrow, to: channels, stride: 2, scope: "1")
                        : try builder.convolutionBlock(
                            narrow, to: channels, kernel: 3, stride: 2, activation: .relu6, scope: "1")
                })
        }
        return maps
    }

    /// From the coarsest map to the finest: each is brought to the same channels, and what is coarser is added.
    private func merge(_ maps: [Node.ID], channels: Int, in builder: NetworkBuilder) throws -> [Node.ID] {
        var merged: [Node.ID] = []
        for (level, map) in maps.enumerated().reversed() {
            merged.append(
                try builder.scope("fpn.\(level)") {
                    let lateral = try builder.convolution(map, to: channels, kernel: 1, name: "inner.0")
                    var sum = try builder.batchNorm(lateral, name: "inner.1")
                    if let coarser = merged.last {
                        sum = try builder.add(
                            sum, try builder.upsample(coarser, to: sum, name: "upsample"), name: "sum")
                    }
                    return try builder.activation(sum, .relu6, name: "relu6")
                })
        }
        return merged.reversed()
    }

    private func anchorGrids(_ sizes: [Size]) throws -> [AnchorGrid] {
        let scales = scales ?? AnchorGrid.scales(count: sizes.count) + [1]
        guard scales.count == sizes.count + 1 else {
            throw NetworkError(
                "\(scales.count) scales for \(sizes.count) maps (\(sizes.map(\.description).joined(separator: ", "))): give "
                    + "\(sizes.count + 1), one a map and one more")
        }
        guard scales.allSatisfy({ $0 > 0 && $0 <= 2 }) else {
            throw NetworkError("scales are shares of the image's side: use numbers above 0, at most 2")
        }
        return sizes.enumerated().map { level, size in
            AnchorGrid(
                rows: size.height, columns: size.width, scale: scales[level], nextScale: scales[level + 1],
                aspectRatios: [1] + aspectRatios.flatMap { [$0, 1 / $0] })
        }
    }

    private func head(
        _ map: Node.ID, _ name: String, _ level: Int, to channels: Int, in builder: NetworkBuilder
    ) throws -> Node.ID {
        try builder.scope("head.\(name).module_list") {
            guard isLite else { return try builder.output(map, to: channels, kernel: 3, name: "\(level)") }
            let filtered = try builder.depthwiseBlock(map, scope: "\(level).0")
            return try builder.output(filtered, to: channels, kernel: 1, name: "\(level).1")
        }
    }
}
