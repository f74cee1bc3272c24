/// BlurPool (Zhang, *Making Convolutional Networks Shift-Invariant Again*, ICML 2019): what would have had a stride runs without,
/// and a fixed low-pass filter takes the stride.
///
/// Filters are rows of Pascal's triangle (1; 1 1; 1 2 1; …), outer products of themselves, with sum 1 and reflected borders.
public struct BlurPooling: PoolingMethod, Hashable {
    /// What runs in front of the filter.
    public enum Form: String, Sendable, Hashable, CaseIterable {
        /// A max pooling of the window, at stride 1.
        case max
        /// A convolution of the window, at stride 1, batch normalisation and ReLU.
        case convolution = "conv"
    }

    public var form: Form
    /// Taps of the filter, 1 to 7; 1 only leaves pixels out.
    public var filter: Int

    /// A blurred pooling; the filter's default is the authors'.
    public init(form: Form = .max, filter: Int = 4) {
        self.form = form
        self.filter = filter
    }

    /// The taps of a filter: binomial coefficients over their sum.
    static func taps(_ count: Int) -> [Double] {
        var row = [1.0]
        for _ in 1..<max(1, count) { row = zip([0] + row, row + [0]).map(+) }
        let sum = row.reduce(0, +)
        return row.map { $0 / sum }
    }

    public func build(_ x: Node.ID, window: Window, in builder: NetworkBuilder) throws -> Node.ID {
        guard (1...7).contains(filter) else {
            throw NetworkError("\(builder.qualified("")): its blur has a filter of \(filter) taps: use 1 to 7")
        }
        var map = x
        switch form {
        case .max:
            map = try builder.add(.maxPool(MaxPool(window.atStrideOne)), [x], name: "max")
        case .convolution:
            map = try builder.convolution(
                x, to: builder.shape(of: x).channels, window: window.atStrideOne, name: "0")
            map = try builder.activation(try builder.batchNorm(map, name: "1"), .relu, name: "2")
        }
        let taps = [Self.taps(filter)]
        let blur = FixedFilter(
            rows: taps, columns: taps, stride: window.stride, before: Size((filter - 1) / 2), after: Size(filter / 2),
            border: .reflect)
        return try builder.add(.fixedFilter(blur), [map], name: "")
    }
}
