import Networks
import Planning
import Quantization

/// A whole network that `Firmware/run` exports with made-up numbers and runs on emulated cores;
/// `Firmware/network-limits.txt` has what it takes.
package struct CheckedNetwork {
    package let name: String
    package let network: Network
    package let pushesRows: Bool
    package var arithmetic = IntegerArithmetic.sapool

    package static func all() throws -> [CheckedNetwork] {
        func named(
            _ name: String, _ notation: String, _ input: Shape, width: Double = 1, classes: Int = 10,
            pushesRows: Bool = false
        ) throws -> CheckedNetwork {
            CheckedNetwork(
                name: name, network: try Network(notation: notation, input: input, classes: classes, width: width),
                pushesRows: pushesRows)
        }
        return [
            try named("strided", "mobilenet_v2-skip-1222121", [3, 64, 64], width: 0.35, pushesRows: true),
            try named(
                "attentive", "mobilenet-v2(width=0.35, pool=self-attentive(patch=2, heads=2, restoration=bilinear))",
                [3, 32, 32]),
            CheckedNetwork(name: "residual", network: try residual(), pushesRows: false),
            // More candidates than there is room for, two maps of anchors each.
            try named(
                "ssd", "ssdlite(backbone=plain-cnn(channels=8-16-16, strides=222), first-stride=4, extra=0)",
                [3, 48, 48],
                classes: 3),
            CheckedNetwork(name: "yolo", network: try .withHeadsOfYOLO(side: 64, channels: 16), pushesRows: false),
            CheckedNetwork(name: "windows", network: try .withEveryWindow(), pushesRows: true),
            CheckedNetwork(name: "shaping", network: try .withEveryShaping(), pushesRows: true),
            CheckedNetwork(name: "litert", network: try .withEveryShaping(), pushesRows: false, arithmetic: .liteRT),
            // Two from the front of sapool search --sram 64K --flash 512K.
            try named(
                "front",
                "mobilenet-v2(width=0.25, strides=4122121, placement=before, pool=self-attentive(patch=2, restoration=bilinear))",
                [3, 96, 96]),
            try named("front2", "mobilenet-v2(width=0.35, strides=2222111, pool=lip)", [3, 96, 96]),
            // Its image arrives twice.
            try named(
                "glance", "mobilenet-v2(strides=4112111, pool=glance(channels=16, weights=yes))", [3, 64, 64],
                width: 0.35, pushesRows: true),
            try named(
                "demo", "plain-cnn(channels=16-32-64, strides=422, pool=self-attentive(patch=2, restoration=subpixel))",
                [1, 28, 28]),
        ]
    }

    /// ResNet-18 up to its first stage.
    private static func residual() throws -> Network {
        let builder = NetworkBuilder("resnet18, stem and first stage")
        func convolve(_ x: Node.ID, _ number: Int, kernel: Int, stride: Int = 1) throws -> Node.ID {
            let map = try builder.convolution(
                x, to: 64, kernel: Size(kernel), stride: Size(stride), padding: Size(kernel / 2), name: "conv\(number)")
            return try builder.batchNorm(map, name: "bn\(number)")
        }
        var x = try builder.activation(
            convolve(builder.input([3, 32, 32]), 1, kernel: 7, stride: 2), .relu, name: "relu")
        x = try builder.add(.maxPool(MaxPool(kernel: 3, stride: 2, padding: 1)), [x], name: "maxpool")
        for block in 0..<2 {
            x = try builder.scope("layer1.\(block)") {
                let map = try builder.activation(convolve(x, 1, kernel: 3), .relu, name: "relu1")
                return try builder.activation(
                    builder.add(convolve(map, 2, kernel: 3), x, name: "add"), .relu, name: "relu")
            }
        }
        return try builder.network(output: builder.classifier(x, classes: 10, head: .average, name: "fc"))
    }
}
