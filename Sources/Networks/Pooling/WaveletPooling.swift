/// Pooling by the Haar wavelet, in its two published forms.
///
/// Of a k × k window (k even), the bands are the products of (1, …, 1) and (1, …, 1, −1, …, −1) down and across, over √k each: for k = 2
/// the wavelet's first level, for k = 4 the coarsest bands of its second …
public struct WaveletPooling: PoolingMethod, Hashable {
    /// Which bands are kept.
    public enum Bands: String, Sendable, Hashable, CaseIterable {
        /// The low-pass band alone, which is k times the mean (Williams and Li, *Wavelet Pooling for Convolutional Neural Networks*, ICLR
        /// 2018: first-level details are discarded).
        case low
        /// All four, and a 1×1 convolution, batch normalisation and ReLU back to the map's channels (Xu et al., *Haar Wavelet
        /// Downsampling*, Pattern Recognition 2023): nothing is lost before something is learned.
        case all
    }

    public var bands: Bands

    /// A wavelet pooling by the bands it keeps.
    public init(bands: Bands = .low) { self.bands = bands }

    public func build(_ x: Node.ID, window: Window, in builder: NetworkBuilder) throws -> Node.ID {
        func low(_ side: Int) -> [Double] { [Double](repeating: 1 / Double(side).squareRoot(), count: side) }
        func high(_ side: Int) -> [Double] {
            low(side).enumerated().map { $0.offset < side / 2 ? $0.element : -$0.element }
        }
        let kernel = window.kernel
        guard window.dilation == 1 else {
            throw NetworkError(
                "\(builder.qualified("")): wavelets are of neighbouring pixels, and its window has a dilation of \(window.dilation): use 1"
            )
        }
        var (rows, columns) = ([low(kernel.height)], [low(kernel.width)])
        if bands == .all {
            guard kernel.height % 2 == 0, kernel.width % 2 == 0 else {
                throw NetworkError(
                    "\(builder.qualified("")): the details of a \(kernel) window have no two halves: use an even kernel or the low band"
                )
            }
            rows += [high(kernel.height), low(kernel.height), high(kernel.height)]
            columns += [low(kernel.width), high(kernel.width), high(kernel.width)]
        }
        let bank = FixedFilter(
            rows: rows, columns: columns, stride: window.stride, before: window.before, after: window.after)
        guard bands == .all else { return try builder.add(.fixedFilter(bank), [x], name: "") }
        let transformed = try builder.add(.fixedFilter(bank), [x], name: "haar")
        let map = try builder.convolution(transformed, to: builder.shape(of: x).channels, kernel: 1, name: "0")
        return try builder.activation(try builder.batchNorm(map, name: "1"), .relu, name: "2")
    }
}
