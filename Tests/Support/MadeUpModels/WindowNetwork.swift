import Networks

extension Network {
    /// A network with every kind of window that kernels have: padded on one side alone, as TensorFlow pads, and with gaps between taps.
    package static func withEveryWindow() throws -> Network {
        let builder = NetworkBuilder("every kind of window")
        let gaps = Window(kernel: 3, dilation: 2, padding: 2)
        func same(_ x: Node.ID, kernel: Int, stride: Int) -> Window {
            var window = Window(kernel: Size(kernel), stride: Size(stride))
            window.padToSame(builder.shape(of: x).size)
            return window
        }
        var x = try builder.input([3, 32, 32])
        x = try builder.convolution(x, to: 8, window: same(x, kernel: 3, stride: 2), bias: true, name: "stem")
        x = try builder.activation(x, .relu, name: "stem.relu")
        x = try builder.convolution(
            x, to: 8, window: same(x, kernel: 3, stride: 2), groups: 8, bias: true, name: "depthwise")
        x = try builder.convolution(x, to: 12, window: gaps, bias: true, name: "wide")
        x = try builder.activation(x, .relu6, name: "wide.relu")
        x = try builder.convolution(x, to: 12, window: gaps, groups: 12, bias: true, name: "wide.depthwise")
        x = try builder.add(.maxPool(MaxPool(gaps)), [x], name: "max")
        x = try builder.add(.averagePool(AveragePool(gaps, countsPadding: false)), [x], name: "average")
        let weights = try builder.activation(x, .sigmoid, name: "weights")
        let normalised = try builder.add(.windowPool(WindowPool(gaps)), [x, weights], name: "normalised")
        let weighted = try builder.add(
            .windowPool(WindowPool(gaps, isNormalised: false)), [x, weights], name: "weighted")
        let deviation = try builder.add(.localDeviation(LocalDeviation(gaps)), [x], name: "deviation")
        x = try builder.add(builder.add(normalised, weighted, name: "sum"), deviation, name: "total")
        x = try builder.add(.maxPool(MaxPool(same(x, kernel: 3, stride: 2))), [x], name: "max.same")
        return try builder.network(output: builder.classifier(x, classes: 5, name: "fc"))
    }
}
