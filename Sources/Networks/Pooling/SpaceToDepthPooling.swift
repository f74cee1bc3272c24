/// Space-to-depth by the stride, and a convolution without one back to the map's channels, batch normalisation and ReLU
/// (Sunkara and Luo, *No More Strided Convolutions or Pooling*, ECML PKDD 2022: SPD-Conv): no pixel is skipped before
/// something is learned.
///
/// The convolution sees so many cells as a window needs, ⌈k/s⌉ a side: of windows as wide as their stride one, 1×1.
/// Then it is `StridedConvolution` in another order of computing; a `kernel` of 3 or more, as the paper's networks
/// have, sees the cells around too.
public struct SpaceToDepthPooling: PoolingMethod, Hashable {
    /// Cells a side that one output sees, the window's own for one.
    public var kernel: Int

    /// A pooling by the cells that its convolution sees, an odd number.
    public init(kernel: Int = 1) { self.kernel = kernel }

    public func build(_ x: Node.ID, window: Window, in builder: NetworkBuilder) throws -> Node.ID {
        let (shape, stride) = (builder.shape(of: x), window.stride.height)
        guard (1...15).contains(kernel), kernel % 2 == 1 else {
            throw NetworkError("\(builder.qualified("")): it sees \(kernel) cells a side: use an odd number of 1 to 15")
        }
        guard window.dilation == 1, window.stride.width == stride else {
            throw NetworkError(
                "\(builder.qualified("")): its cells are squares of neighbouring pixels, and its window has a stride of \(window.stride) and a dilation of \(window.dilation): use equal strides and a dilation of 1"
            )
        }
        let output = try builder.outputSize(of: window, over: x)
        let cells = Size(
            (window.kernel.height + stride - 1) / stride, (window.kernel.width + stride - 1) / stride)
        // Lines of the map that belong to cells. What it has beyond them is less than a cell, which space-to-depth
        // leaves out.
        let covered = Size((output.height - 1 + cells.height) * stride, (output.width - 1 + cells.width) * stride)
        let after = Size(
            max(0, covered.height - shape.height - window.before.height),
            max(0, covered.width - shape.width - window.before.width))
        var map = x
        if window.before != 0 || after != 0 {
            map = try builder.add(.pad(Pad(before: window.before, after: after)), [map], name: "pad")
        }
        if stride > 1 {
            map = try builder.add(.spaceToDepth(SpaceToDepth(factor: stride)), [map], name: "cells")
        }
        let around = Window(
            kernel: Size(cells.height + kernel - 1, cells.width + kernel - 1), padding: Size(kernel / 2))
        map = try builder.convolution(map, to: shape.channels, window: around, name: "0")
        return try builder.activation(try builder.batchNorm(map, name: "1"), .relu, name: "2")
    }
}
