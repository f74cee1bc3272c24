import Deployment
import MadeUpModels
import Networks
import Planning
import Quantization

/// Small networks whose plans have every shape that the generator knows, and whose kernels are all that there are.
struct PlanShape {
    let name: String
    let network: Network
    var options = PlanOptions()
    var arithmetic = IntegerArithmetic.sapool

    static func all() throws -> [PlanShape] {
        let pushed = PlanOptions(pushesRows: true)
        return [
            // No layer reads the image row by row: flatten and a linear layer.
            PlanShape(name: "flatpushed", network: try flat(), options: pushed),
            PlanShape(name: "flatheld", network: try flat()),
            // The image is read again by a sum at the end.
            PlanShape(name: "residual", network: try residual(), options: pushed),
            // A kernel as large as the image.
            PlanShape(name: "largekernel", network: try largeKernel(), options: pushed),
            // Attention first: it reads all tokens before it gives one.
            PlanShape(name: "attention", network: try attention(), options: pushed),
            // What works in place on the image itself.
            PlanShape(name: "activated", network: try activated(), options: pushed),
            PlanShape(name: "activatedheld", network: try activated()),
            PlanShape(name: "striped", network: try chain(), options: PlanOptions(stripes: .on)),
            PlanShape(name: "pushed", network: try chain(), options: pushed),
            PlanShape(name: "separate", network: try chain(), options: PlanOptions(stripes: .off)),
            // The last rows of the image are read by nobody.
            PlanShape(name: "unread", network: try unread(), options: pushed),
            PlanShape(name: "branches", network: try branches(), options: pushed),
            PlanShape(name: "poolings", network: try poolings()),
            PlanShape(name: "windows", network: try .withEveryWindow(), options: pushed),
            PlanShape(name: "shaping", network: try .withEveryShaping(), options: pushed),
            PlanShape(name: "litert", network: try .withEveryShaping(), arithmetic: .liteRT),
            PlanShape(
                name: "ssd",
                network: try Network(
                    notation: "ssdlite(backbone=plain-cnn(channels=4-8, strides=22), first-stride=2, extra=0)",
                    input: [3, 16, 16], classes: 3), options: pushed),
            PlanShape(name: "yolo", network: try .withHeadsOfYOLO(side: 32, channels: 8)),
            PlanShape(name: "mirrored", network: try mirrored(), options: PlanOptions(stripes: .on)),
            // Tokens that the image is read for before its convolutions read it again, and that poolings read to the
            // end.
            PlanShape(name: "glance", network: try glance("glance(patch=8, channels=4, weights=yes)")),
            PlanShape(
                name: "glanceblurred", network: try glance("glance(patch=4, channels=4)"),
                options: PlanOptions(stripes: .on)),
            PlanShape(
                name: "glancepushed", network: try glance("glance(patch=8, channels=4)"), options: pushed),
            PlanShape(
                name: "glancequery", network: try glance("glance(patch=8, channels=4, context=query)"), options: pushed),
        ]
    }

    func export() throws -> FirmwareExport {
        var firmware = FirmwareOptions()
        firmware.name = name
        return try FirmwareExport(program(), options: firmware)
    }

    func program() throws -> KernelProgram {
        var model = try MadeUpModel(network, options: options, arithmetic: arithmetic).model
        // Whatever they are called, they compile.
        model.network.name += "\n#error injected by a network's name\\"
        model.classNames = model.classNames.map { "\($0)\"\n#error injected by a class's name ??/\\" }
        return try KernelProgram(model)
    }

    private static func flat() throws -> Network {
        let builder = NetworkBuilder("flatten and linear")
        let x = try builder.add(.flatten(Flatten()), [builder.input([1, 10, 10])], name: "flatten")
        return try builder.network(output: builder.linear(x, to: 5, name: "fc"))
    }

    private static func residual() throws -> Network {
        let builder = NetworkBuilder("a residual sum on the image")
        let image = try builder.input([3, 12, 12])
        var x = try builder.convolution(image, to: 3, kernel: 3, padding: 1, name: "conv1")
        x = try builder.convolution(x, to: 3, kernel: 3, padding: 1, name: "conv2")
        x = try builder.add(x, image, name: "sum")
        return try builder.network(output: builder.classifier(x, classes: 4, head: .average, name: "fc"))
    }

    private static func largeKernel() throws -> Network {
        let builder = NetworkBuilder("a kernel as large as the image")
        var x = try builder.convolution(builder.input([3, 9, 9]), to: 8, kernel: 9, bias: true, name: "conv")
        x = try builder.add(.flatten(Flatten()), [x], name: "flatten")
        return try builder.network(output: builder.linear(x, to: 4, name: "fc"))
    }

    private static func attention() throws -> Network {
        let builder = NetworkBuilder("attention on the image")
        var x = try builder.add(
            .multiHeadAttention(MultiHeadAttention(channels: 4, heads: 2)), [builder.input([4, 6, 6])],
            name: "attention")
        x = try builder.convolution(x, to: 6, kernel: 3, padding: 1, name: "conv")
        return try builder.network(output: builder.classifier(x, classes: 4, head: .average, name: "fc"))
    }

    private static func activated() throws -> Network {
        let builder = NetworkBuilder("activations on the image")
        var x = try builder.activation(builder.input([4, 10, 10]), .hardSwish, name: "swish")
        x = try builder.add(.scale(Scale(1, isLearned: true, shape: [4, 1, 1])), [x], name: "scale")
        for combination in Scale.Combination.allCases {
            x = try builder.add(
                .scale(Scale(0.25, isLearned: true, shape: [4, 1, 1], combination: combination)), [x],
                name: combination.rawValue)
        }
        x = try builder.add(.positionEmbedding(PositionEmbedding(channels: 4, table: .learned)), [x], name: "position")
        x = try builder.convolution(x, to: 6, kernel: 3, stride: 2, padding: 1, name: "conv")
        return try builder.network(output: builder.classifier(x, classes: 4, head: .average, name: "fc"))
    }

    private static func chain() throws -> Network {
        let builder = NetworkBuilder("a chain of layers")
        var x = try builder.convolution(
            builder.input([3, 16, 16]), to: 12, kernel: 3, padding: 1, name: "conv")
        x = try builder.activation(x, .relu6, name: "relu")
        x = try builder.convolution(x, to: 12, kernel: 3, padding: 1, groups: 12, name: "depthwise")
        x = try builder.convolution(x, to: 12, kernel: 1, name: "pointwise")
        x = try builder.add(.maxPool(MaxPool(kernel: 4, stride: 4)), [x], name: "pool")
        return try builder.network(output: builder.classifier(x, classes: 5, head: .average, name: "fc"))
    }

    private static func unread() throws -> Network {
        let builder = NetworkBuilder("rows that nobody reads")
        var x = try builder.convolution(builder.input([3, 17, 17]), to: 6, kernel: 2, stride: 5, name: "conv")
        x = try builder.convolution(x, to: 6, kernel: 2, name: "conv2")
        return try builder.network(output: builder.classifier(x, classes: 4, head: .average, name: "fc"))
    }

    private static func branches() throws -> Network {
        let builder = NetworkBuilder("branches and gates")
        let x = try builder.convolution(builder.input([3, 12, 12]), to: 8, kernel: 3, padding: 1, name: "conv")
        var gate = try builder.add(.globalAveragePool(GlobalAveragePool()), [x], name: "squeeze")
        // Works in place on the mean, whose only row is 0 whatever row of the map came last.
        gate = try builder.add(
            .positionEmbedding(PositionEmbedding(channels: 8, table: .learned)), [gate], name: "position")
        gate = try builder.convolution(gate, to: 8, kernel: 1, name: "excite")
        gate = try builder.activation(gate, .hardSigmoid, name: "gate")
        let map = try builder.multiply(x, gate, name: "gated")
        let left = try builder.convolution(map, to: 8, kernel: 3, padding: 1, groups: 2, name: "grouped")
        let right = try builder.add(
            .averagePool(AveragePool(kernel: 3, stride: 1, padding: 1)), [map], name: "average")
        let sum = try builder.add(left, right, name: "sum")
        return try builder.network(output: builder.classifier(sum, classes: 4, head: .average, name: "fc"))
    }

    private static func poolings() throws -> Network {
        let builder = NetworkBuilder("window poolings")
        var x = try builder.convolution(builder.input([3, 14, 14]), to: 4, kernel: 3, padding: 1, name: "conv")
        for (stage, normalised) in [true, false].enumerated() {
            var weights = try builder.convolution(x, to: 4, kernel: 2, stride: 2, name: "token\(stage)")
            weights = try builder.add(
                .multiHeadAttention(MultiHeadAttention(channels: 4, heads: 1)), [weights], name: "attention\(stage)")
            weights = try builder.activation(weights, .exponential, name: "exp\(stage)")
            x = try builder.add(
                .windowPool(WindowPool(kernel: 2, stride: 2, isNormalised: normalised)), [x, weights],
                name: "pool\(stage)")
        }
        let size = builder.shape(of: x).size
        x = try builder.add(
            .localDeviation(LocalDeviation(kernel: 2, stride: 1, padding: 1)), [x], name: "deviation")
        x = try builder.add(
            .upsampleBilinear(UpsampleBilinear(size: Size(size.height * 2, size.width * 2))), [x], name: "upsample")
        let grown = builder.shape(of: x).size
        x = try builder.add(
            .depthToSpace(DepthToSpace(factor: 2, size: Size(grown.height * 2, grown.width * 2))), [x], name: "shuffle")
        return try builder.network(output: builder.classifier(x, classes: 4, head: .average, name: "fc"))
    }

    /// A filter that sees more mirrored rows above its map than rows of it.
    private static func mirrored() throws -> Network {
        let builder = NetworkBuilder("a mirrored filter")
        var x = try builder.input([3, 16, 16])
        x = try builder.convolution(x, to: 8, kernel: 3, padding: 1, bias: true, name: "conv")
        let taps = [[0.125, 0.375, 0.375, 0.125]]
        let filter = FixedFilter(rows: taps, columns: taps, stride: 2, before: 3, after: 1, border: .reflect)
        x = try builder.add(.fixedFilter(filter), [x], name: "blur")
        return try builder.network(output: builder.classifier(x, classes: 4, head: .average, name: "fc"))
    }

    private static func glance(_ pool: String) throws -> Network {
        try Network(
            notation: "plain-cnn(channels=4-8-8, strides=222, pool=\(pool))", input: [3, 24, 24], classes: 4)
    }
}
