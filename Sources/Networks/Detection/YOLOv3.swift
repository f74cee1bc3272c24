/// YOLOv3 (Redmon and Farhadi, *YOLOv3: An Incremental Improvement*, 2018) and its tiny form, on any backbone.
///
/// Two things are written otherwise than by the authors. A convolution of two maps one behind the other is the sum of a convolution of each:
/// the same function. Coarse maps are enlarged bilinearly, and activations are ReLU6, so that the network quantises and deploys like every
/// other; the authors repeat pixels and let a tenth of negative values through.
public struct YOLOv3: NetworkFamily {
    public var backbone: any Backbone
    /// The short form: one convolution a level in place of five.
    public var isTiny: Bool
    /// Anchors as shares of the image, in rising size; each of the coarsest maps of the backbone gets three.
    public var anchors: [AnchorGrid.Size]

    /// A detector by its choices.
    ///
    /// - Parameters:
    ///   - backbone: nil for the authors': Darknet-53, or the tiny form's seven plain convolutions.
    ///   - anchors: nil for the authors', made for COCO: nine, or six of the tiny form.
    public init(backbone: (any Backbone)? = nil, isTiny: Bool = false, anchors: [AnchorGrid.Size]? = nil) {
        if let backbone {
            self.backbone = backbone
        } else if isTiny {
            self.backbone = Self.tinyBackbone
        } else {
            self.backbone = Darknet53()
        }
        self.isTiny = isTiny
        self.anchors = anchors ?? (isTiny ? Self.tinyAnchors : Self.standardAnchors)
    }

    private static let tinyBackbone: any Backbone = PlainCNN(
        channels: [16, 32, 64, 128, 256, 512, 1024],
        stages: Downsampling.stages([2, 2, 2, 2, 2, 1, 1], pooling: MaxPooling()))
    private static let anchorsPerCell = 3

    /// In pixels of a 416-pixel image, as published.
    private static let standardAnchors = shares([
        (10, 13), (16, 30), (33, 23), (30, 61), (62, 45), (59, 119), (116, 90), (156, 198), (373, 326),
    ])
    private static let tinyAnchors = shares([(10, 14), (23, 27), (37, 58), (81, 82), (135, 169), (344, 319)])

    private static func shares(_ pixels: [(Double, Double)]) -> [AnchorGrid.Size] {
        pixels.map { AnchorGrid.Size(width: $0 / 416, height: $1 / 416) }
    }

    public func build(named name: String, input: Shape, classes: Int) throws -> Network {
        guard classes > 0 else { throw NetworkError("a detector of \(classes) classes: use at least 1") }
        let (levels, rest) = anchors.count.quotientAndRemainder(dividingBy: Self.anchorsPerCell)
        guard levels > 0, rest == 0 else {
            throw NetworkError("\(anchors.count) anchors: give three for each map that boxes are told from")
        }
        let builder = NetworkBuilder(name)
        let pyramid = try backbone.pyramid(try builder.input(input), in: builder)
        guard pyramid.count >= levels else {
            throw NetworkError(
                "the backbone has maps of \(pyramid.count) sizes, and \(anchors.count) anchors need \(levels): give "
                    + "\(3 * pyramid.count) anchors")
        }
        let maps = Array(pyramid.suffix(levels))
        var outputs: [Node.ID] = []
        var coarser: Node.ID?
        for (level, map) in maps.enumerated().reversed() {
            let (features, output) = try builder.scope("head.\(level)") {
                try head(map, coarser, to: Self.anchorsPerCell * (classes + 5), in: builder)
            }
            coarser = features
            outputs.append(output)
        }
        let grids = maps.enumerated().map { level, map in
            let size = builder.shape(of: map).size
            return AnchorGrid(
                rows: size.height, columns: size.width,
                sizes: Array(anchors[level * Self.anchorsPerCell..<(level + 1) * Self.anchorsPerCell]))
        }
        return try builder.network(
            outputs: outputs.reversed(), detector: DetectorLayout(style: .yolo, classes: classes, grids: grids))
    }

    /// One level: what the next finer one builds on, and the output.
    private func head(
        _ map: Node.ID, _ coarser: Node.ID?, to channels: Int, in builder: NetworkBuilder
    ) throws -> (features: Node.ID, output: Node.ID) {
        let width = max(8, builder.shape(of: map).channels / (isTiny ? 4 : 2))
        var features: Node.ID
        var last: Node.ID
        if isTiny {
            features = try join(
                map, coarser, to: coarser == nil ? width : 4 * width, kernel: coarser == nil ? 1 : 3, in: builder)
            last = features
            if coarser == nil { last = try block(features, to: 2 * width, kernel: 3, scope: "conv.1", in: builder) }
        } else {
            features = try join(map, coarser, to: width, kernel: 1, in: builder)
            for layer in 0..<2 {
                features = try block(features, to: 2 * width, kernel: 3, scope: "conv.\(2 * layer + 1)", in: builder)
                features = try block(features, to: width, kernel: 1, scope: "conv.\(2 * layer + 2)", in: builder)
            }
            last = try block(features, to: 2 * width, kernel: 3, scope: "conv.5", in: builder)
        }
        return (features, try builder.output(last, to: channels, kernel: 1, name: "output"))
    }

    /// The first convolution of a level, over its map and what comes from the coarser level, enlarged.
    private func join(
        _ map: Node.ID, _ coarser: Node.ID?, to channels: Int, kernel: Int, in builder: NetworkBuilder
    ) throws -> Node.ID {
        guard let coarser else { return try block(map, to: channels, kernel: kernel, scope: "conv.0", in: builder) }
        let reduced = try block(
            coarser, to: max(8, builder.shape(of: coarser).channels / 2), kernel: 1, scope: "up", in: builder)
        let large = try builder.upsample(reduced, to: map, name: "up.upsample")
        return try builder.scope("conv.0") {
            func part(_ x: Node.ID, _ name: String) throws -> Node.ID {
                try builder.convolution(
                    x, to: channels, kernel: Size(kernel), padding: Size(kernel / 2), name: name)
            }
            let sum = try builder.add(try part(map, "0"), try part(large, "0_up"), name: "sum")
            return try builder.activation(try builder.batchNorm(sum, name: "1"), .relu6, name: "2")
        }
    }

    private func block(
        _ x: Node.ID, to channels: Int, kernel: Int, scope: String, in builder: NetworkBuilder
    ) throws -> Node.ID {
        try builder.convolutionBlock(
            x, to: channels, kernel: Size(kernel), activation: .relu6, scope: scope)
    }
}
