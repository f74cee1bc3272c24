import Foundation

/// Mean of a few measurements with its 95 % interval, after Student: mean ± t · s / √n.
public struct MeanInterval: Sendable, Equatable {
    public let count: Int
    public let mean: Double
    /// Half the width of the interval; nil for a single measurement, which says nothing of its spread.
    public let halfWidth: Double?
    /// How likely a mean this far from zero is by chance alone, where the true one is zero (two-sided t-test); 1 where
    /// all are zero, and nil for a single measurement.
    public let pValue: Double?

    /// The mean of measurements; nil where there are none.
    public init?(_ values: [Double]) {
        guard !values.isEmpty else { return nil }
        count = values.count
        let mean = values.reduce(0, +) / Double(values.count)
        self.mean = mean
        guard values.count > 1 else {
            halfWidth = nil
            pValue = nil
            return
        }
        let squares = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
        let deviation = (squares / Double(values.count - 1)).squareRoot()
        let error = deviation / Double(values.count).squareRoot()
        halfWidth = Self.quantile(degrees: values.count - 1) * error
        pValue = mean == 0 && error == 0 ? 1 : Student.twoSided(abs(mean) / error, degrees: values.count - 1)
    }

    /// Whether the interval leaves zero out: for a difference, that it is more than chance.
    public var excludesZero: Bool { halfWidth.map { abs(mean) > $0 } ?? false }

    /// The 97.5 % quantile of Student's distribution.
    static func quantile(degrees: Int) -> Double {
        let table = [
            12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281, 2.2010, 2.1788, 2.1604,
            2.1448,
            2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860,
        ]
        if degrees <= table.count { return table[max(1, degrees) - 1] }
        // The first terms of its expansion about the normal quantile (Abramowitz and Stegun, 26.7.5).
        let (z, n) = (1.959964, Double(degrees))
        return z + (pow(z, 3) + z) / (4 * n) + (5 * pow(z, 5) + 16 * pow(z, 3) + 3 * z) / (96 * n * n)
    }
}
