import Networks
import Planning

/// A made-up network whose firmware is measured.
struct Sample {
    let network: Network
    var options = PlanOptions()

    /// One network for each kernel, with as few others as can be: what each of them links beside the others' is its own.
    static func probes() throws -> [Sample] {
        func probe(_ name: String, _ shape: Shape = [8, 12, 12], _ body: (NetworkBuilder, Node.ID) throws -> Node.ID)
            throws -> Sample
        {
            let builder = NetworkBuilder(name)
            return Sample(network: try builder.network(output: try body(builder, builder.input(shape))))
        }
        func convolution(_ name: String, kernel: Int, stride: Int, groups: Int) throws -> Sample {
            try probe(name) {
                try $0.convolution(
                    $1, to: 8, kernel: Size(kernel), stride: Size(stride), padding: Size(kernel / 2), groups: groups,
                    bias: true, name: "it")
            }
        }
        let gaps = Window(kernel: 3, dilation: 2, padding: 2)
        func convolutionWithGaps(_ name: String, groups: Int) throws -> Sample {
            try probe(name) { try $0.convolution($1, to: 8, window: gaps, groups: groups, bias: true, name: "it") }
        }
        func operation(_ name: String, _ operation: Networks.Operation) throws -> Sample {
            try probe(name) { try $0.add(operation, [$1], name: "it") }
        }
        func weighted(
            _ name: String, isNormalised: Bool, window: Window = Window(kernel: 2, stride: 2)
        ) throws -> Sample {
            try probe(name) { builder, x in
                let weights = try builder.activation(x, .sigmoid, name: "weights")
                return try builder.add(
                    .windowPool(WindowPool(window, isNormalised: isNormalised)), [x, weights], name: "it")
            }
        }
        return [
            try convolution("convolution", kernel: 3, stride: 1, groups: 1),
            try convolution("pointwise", kernel: 1, stride: 1, groups: 1),
            try convolution("depthwise", kernel: 5, stride: 2, groups: 8),
            try convolution("depthwise 3×3", kernel: 3, stride: 1, groups: 8),
            try operation(
                "mirrored filter",
                .fixedFilter(
                    FixedFilter(
                        rows: [[0.25, 0.5, 0.25]], columns: [[0.25, 0.5, 0.25]], stride: 2, before: 1, after: 1,
                        border: .reflect))),
            try probe("linear") { try $0.linear($0.add(.flatten(Flatten()), [$1], name: "flat"), to: 10, name: "it") },
            try probe("look-up") { try $0.activation($1, .sigmoid, name: "it") },
            try probe("add") { try $0.add($1, $1, name: "it") },
            try probe("subtract") { try $0.subtract($1, $1, name: "it") },
            try probe("multiply") { try $0.multiply($1, $1, name: "it") },
            try operation("scale", .scale(Scale(1, isLearned: true, shape: [8, 1, 1]))),
            try operation("position", .positionEmbedding(PositionEmbedding(channels: 8, table: .learned))),
            try operation("max", .maxPool(MaxPool(kernel: 3, stride: 2, padding: 1))),
            try operation("average", .averagePool(AveragePool(kernel: 2, stride: 2))),
            try operation("global average", .globalAveragePool(GlobalAveragePool())),
            try operation("global max", .globalMaxPool(GlobalMaxPool())),
            try operation("deviation", .localDeviation(LocalDeviation(kernel: 2, stride: 2))),
            try weighted("normalised", isNormalised: true), try weighted("weighted", isNormalised: false),
            try convolutionWithGaps("convolution with gaps", groups: 1),
            try convolutionWithGaps("depthwise with gaps", groups: 8),
            try operation("max with gaps", .maxPool(MaxPool(gaps))),
            try operation("average with gaps", .averagePool(AveragePool(gaps))),
            try operation("deviation with gaps", .localDeviation(LocalDeviation(gaps))),
            try weighted("normalised with gaps", isNormalised: true, window: gaps),
            try weighted("weighted with gaps", isNormalised: false, window: gaps),
            try operation("upsample", .upsampleBilinear(UpsampleBilinear(size: 14))),
            try operation("upsample nearest", .upsampleNearest(UpsampleNearest(size: 14))),
            try operation("parametric ReLU", .parametricReLU(ParametricReLU(slope: 0.25, channels: 8))),
            try operation("softmax", .softmax(Softmax())),
            try probe("concatenate") { try $0.concatenate([$1, $1], name: "it") },
            try operation("slice", .slice(Slice(start: 2, count: 4))),
            try operation("pad", .pad(Pad(before: 1, after: 2))),
            try operation("shuffle", .depthToSpace(DepthToSpace(factor: 2, size: 24))),
            try operation("shuffle to depth", .spaceToDepth(SpaceToDepth(factor: 2))),
            try operation("attention", .multiHeadAttention(MultiHeadAttention(channels: 8, heads: 2))),
        ] + (try detectors())
    }

    /// One convolution, and boxes.
    private static func detectors() throws -> [Sample] {
        try DetectorLayout.Style.allCases.map { style in
            let builder = NetworkBuilder("\(style)")
            let x = try builder.input([3, 16, 16])
            let sizes = [AnchorGrid.Size(width: 0.2, height: 0.3), AnchorGrid.Size(width: 0.4, height: 0.3)]
            let grid = AnchorGrid(rows: 4, columns: 4, sizes: sizes)
            let channels = style == .ssd ? [2 * 4, 2 * 4] : [2 * 8]
            let outputs = try channels.enumerated().map { index, count in
                try builder.convolution(
                    x, to: count, kernel: 4, stride: 4, bias: true, name: "head\(index)")
            }
            return Sample(
                network: try builder.network(
                    outputs: outputs, detector: DetectorLayout(style: style, classes: 3, grids: [grid])))
        }
    }
}
