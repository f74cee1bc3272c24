import CDSP

/// A convolution's geometry. Weights are `[outputs][kernel height][kernel width][channels / groups]`, LiteRT's order.
public struct ConvolutionGeometry {
    public let input: MapSize
    public let output: MapSize
    public let window: SlidingWindow
    public let groups: Int
    /// The input's zero point, which is also what padding holds.
    public let zero: Int32

    @inline(__always)
    public init(input: MapSize, output: MapSize, window: SlidingWindow, groups: Int = 1, zero: Int32) {
        self.input = input
        self.output = output
        self.window = window
        self.groups = groups
        self.zero = zero
    }

    /// Numbers in one output pixel's window.
    @inline(__always)
    public var windowCount: Int { window.height &* window.width &* (input.channels / groups) }

    /// Bytes that `convolveRow` needs as working memory: two windows of int16, in whole quads.
    @inline(__always)
    public var columnBytes: Int { 4 &* wholeQuads(windowCount) }
}

/// One row of a convolution: LiteRT's reference, bit for bit.
///
/// - Parameters:
///   - columns: `columnBytes` bytes of working memory.
///   - output: `geometry.output.rowBytes` bytes.
@inline(never)
public func convolveRow(
    _ y: Int, _ input: MapRows, _ geometry: ConvolutionGeometry, weights: UnsafePointer<Int8>, _ scale: Requantisation,
    columns: UnsafeMutablePointer<Int32>, to output: UnsafeMutablePointer<Int8>
) {
    convolve(y, input, geometry, dilation: nil, weights: weights, scale, columns: columns, to: output)
}

/// The same for windows with gaps. A function of its own: firmware without such windows is not to carry it.
@inline(never)
public func convolveRow(
    _ y: Int, _ input: MapRows, _ geometry: ConvolutionGeometry, dilation: Dilation, weights: UnsafePointer<Int8>,
    _ scale: Requantisation, columns: UnsafeMutablePointer<Int32>, to output: UnsafeMutablePointer<Int8>
) {
    convolve(y, input, geometry, dilation: dilation, weights: weights, scale, columns: columns, to: output)
}

@inline(__always)
private func convolve(
    _ y: Int, _ input: MapRows, _ geometry: ConvolutionGeometry, dilation: Dilation?, weights: UnsafePointer<Int8>,
    _ scale: Requantisation, columns: UnsafeMutablePointer<Int32>, to output: UnsafeMutablePointer<Int8>
) {
    let (depth, count) = (geometry.input.channels / geometry.groups, geometry.windowCount)
    let outputs = geometry.output.channels / geometry.groups
    var group = 0
    while group < geometry.groups {
        let window = Columns(columns, count: count, zero: geometry.zero)
        let product = ColumnProduct(
            columns: columns, count: count, weights: weights + group &* outputs &* count, first: group &* outputs,
            outputs: outputs, scale: scale)
        var x = 0
        while x < geometry.output.width {
            let isPair = x &+ 1 < geometry.output.width
            if let dilation {
                window.gather(
                    0, x: x, y: y, input, geometry.input, geometry.window, dilation: dilation,
                    channel: group &* depth, depth: depth)
                window.gather(
                    1, x: isPair ? x &+ 1 : x, y: y, input, geometry.input, geometry.window, dilation: dilation,
                    channel: group &* depth, depth: depth)
            } else {
                window.gather(
                    0, x: x, y: y, input, geometry.input, geometry.window, channel: group &* depth, depth: depth)
                window.gather(
                    1, x: isPair ? x &+ 1 : x, y: y, input, geometry.input, geometry.window, channel: group &* depth,
                    depth: depth)
            }
            let target = output + (x &* geometry.output.channels &+ group &* outputs)
            product.write(target, isPair ? target + geometry.output.channels : target)
            x = x &+ 2
        }
        group = group &+ 1
    }
    scale.limit(output, geometry.output.rowBytes)
}
