import Networks
import Planning

extension Sample {
    /// Networks that nothing is fitted to: those of MLPerf Tiny, MobileNetV1 of a width of 0.25 at 96 pixels and ResNet-8 at 32.
    static func heldOut() throws -> [Sample] {
        [Sample(network: try mobileNetV1()), Sample(network: try resNet8())]
    }

    private static func mobileNetV1() throws -> Network {
        let builder = NetworkBuilder("MobileNetV1-0.25, 96 pixels")
        var x = try builder.input([3, 96, 96])
        func layer(_ to: Int, _ kernel: Int, _ stride: Int, groups: Int, _ name: String) throws {
            x = try builder.convolution(
                x, to: to, kernel: Size(kernel), stride: Size(stride), padding: Size(kernel / 2), groups: groups,
                bias: true, name: name)
            x = try builder.activation(x, .relu, name: "\(name).relu")
        }
        try layer(8, 3, 2, groups: 1, "stem")
        let blocks = [
            (16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (128, 2), (128, 1), (128, 1), (128, 1), (128, 1), (128, 1),
            (256, 2), (256, 1),
        ]
        for (index, (channels, stride)) in blocks.enumerated() {
            let own = builder.shape(of: x).channels
            try layer(own, 3, stride, groups: own, "dw\(index)")
            try layer(channels, 1, 1, groups: 1, "pw\(index)")
        }
        return try builder.network(output: builder.classifier(x, classes: 2, head: .average, name: "fc"))
    }

    private static func resNet8() throws -> Network {
        let builder = NetworkBuilder("ResNet-8, 32 pixels")
        func convolve(_ x: Node.ID, _ to: Int, _ kernel: Int, _ stride: Int, _ name: String) throws -> Node.ID {
            try builder.convolution(
                x, to: to, kernel: Size(kernel), stride: Size(stride), padding: Size(kernel / 2), bias: true, name: name
            )
        }
        var x = try builder.activation(convolve(builder.input([3, 32, 32]), 16, 3, 1, "stem"), .relu, name: "relu")
        for (index, (channels, stride)) in [(16, 1), (32, 2), (64, 2)].enumerated() {
            let map = try builder.activation(
                convolve(x, channels, 3, stride, "block\(index).1"), .relu, name: "block\(index).relu")
            let path = stride == 1 ? x : try convolve(x, channels, 1, stride, "block\(index).path")
            let sum = try builder.add(convolve(map, channels, 3, 1, "block\(index).2"), path, name: "block\(index).add")
            x = try builder.activation(sum, .relu, name: "block\(index)")
        }
        return try builder.network(output: builder.classifier(x, classes: 10, head: .average, name: "fc"))
    }
}
