import Networks

extension Network {
    /// Heads of YOLO's form on a few strided convolutions of a square image.
    package static func withHeadsOfYOLO(side: Int, channels: Int) throws -> Network {
        let builder = NetworkBuilder("two maps of YOLO")
        var x = try builder.input([3, side, side])
        var outputs: [Node.ID] = []
        var grids: [AnchorGrid] = []
        for (level, stride) in [4, 2, 2].enumerated() {
            x = try builder.convolution(
                x, to: channels, kernel: 3, stride: Size(stride), padding: 1, bias: true, name: "conv\(level)")
            x = try builder.activation(x, .relu, name: "relu\(level)")
            guard level > 0 else { continue }
            outputs.append(try builder.convolution(x, to: 2 * (3 + 5), kernel: 1, bias: true, name: "head\(level)"))
            let size = builder.shape(of: x).size
            grids.append(
                AnchorGrid(
                    rows: size.height, columns: size.width,
                    sizes: [AnchorGrid.Size(width: 0.15, height: 0.25), AnchorGrid.Size(width: 0.4, height: 0.3)]))
        }
        return try builder.network(
            outputs: outputs, detector: DetectorLayout(style: .yolo, classes: 3, grids: grids))
    }
}
