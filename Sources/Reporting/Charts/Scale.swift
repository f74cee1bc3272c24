import Foundation

/// A linear map from values to pixels, with round numbers to label.
///
///     let x = Scale(domain: 0...97, range: 50...450).nice()
///     x(50)          // 250
///     x.ticks()      // 0, 20, 40, 60, 80, 100
public struct Scale: Sendable, Equatable {
    /// The values that are shown.
    public let domain: ClosedRange<Double>
    /// Where the domain's lower end is, in pixels.
    public let start: Double
    /// Where its upper end is; less than `start` for a vertical axis, as y grows downwards.
    public let end: Double

    /// Maps a domain to pixels. A domain of practically one value is widened, one over 10³⁰⁰ becomes 0 to 1.
    public init(domain: ClosedRange<Double>, from start: Double, to end: Double) {
        let (lower, upper) = (domain.lowerBound, domain.upperBound)
        let largest = max(lower.magnitude, upper.magnitude)
        if largest > 1e300 {
            self.domain = 0...1
        } else if upper - lower <= max(largest * 1e-12, 1e-300) {
            let margin = largest < 1e-280 ? 1 : largest / 2
            self.domain = lower - margin...upper + margin
        } else {
            self.domain = domain
        }
        self.start = start
        self.end = end
    }

    /// Maps a domain to pixels, from the left to the right.
    public init(domain: ClosedRange<Double>, range: ClosedRange<Double>) {
        self.init(domain: domain, from: range.lowerBound, to: range.upperBound)
    }

    /// The pixel of a value; values outside the domain are outside the range.
    public func callAsFunction(_ value: Double) -> Double {
        start + (value - domain.lowerBound) / (domain.upperBound - domain.lowerBound) * (end - start)
    }

    /// The same scale with its domain widened to ticks at both ends.
    public func nice(count: Int = 6) -> Scale {
        let step = step(count: count)
        let lower = (domain.lowerBound / step).rounded(.down) * step
        let upper = (domain.upperBound / step).rounded(.up) * step
        return Scale(domain: lower...upper, from: start, to: end)
    }

    /// Round numbers within the domain, about `count` of them: multiples of 1, 2 or 5 times a power of ten.
    public func ticks(count: Int = 6) -> [Double] {
        multiples(of: step(count: count))
    }

    /// Like `ticks` for a domain in bytes: multiples of a power of two, of one byte at least.
    public func byteTicks(count: Int = 6) -> [Double] {
        let wanted = (domain.upperBound - domain.lowerBound) / Double(max(1, count))
        return multiples(of: exp2(max(0, log2(wanted).rounded(.up))))
    }

    /// Labels for ticks, all with the same number of decimals: as many as they need to differ.
    public static func labels(_ ticks: [Double]) -> [String] {
        let largest = ticks.map(\.magnitude).max() ?? 0
        let smallest = ticks.map(\.magnitude).filter { $0 > 0 }.min() ?? 1
        if largest >= 1e7 || smallest < 1e-4 {
            return ticks.map { $0 == 0 ? "0" : scientific($0) }
        }
        let decimals = (0...7).first { decimals in
            let unit = pow(10, Double(decimals))
            return ticks.allSatisfy { abs(($0 * unit).rounded() - $0 * unit) < 1e-6 * max(1, abs($0 * unit)) }
        }
        return ticks.map { tick in
            decimals == 0 ? TextTable.grouped(Int(tick.rounded())) : String(format: "%.\(decimals ?? 7)f", tick)
        }
    }

    private static func scientific(_ value: Double) -> String {
        // Seventeen digits would show the rounding of ticks.
        let parts = String(format: "%.6e", value).split(separator: "e")
        guard parts.count == 2, let exponent = Int(parts[1]) else { return "\(value)" }
        var mantissa = parts[0]
        while mantissa.last == "0" { mantissa.removeLast() }
        if mantissa.last == "." { mantissa.removeLast() }
        return "\(mantissa)e\(exponent)"
    }

    private func step(count: Int) -> Double {
        let wanted = (domain.upperBound - domain.lowerBound) / Double(max(1, count))
        let power = pow(10, log10(wanted).rounded(.down))
        // The bounds are the geometric means of neighbouring steps.
        let factor: Double =
            switch wanted / power {
            case ..<sqrt(2): 1
            case ..<sqrt(10): 2
            case ..<sqrt(50): 5
            default: 10
            }
        return factor * power
    }

    private func multiples(of step: Double) -> [Double] {
        let first = (domain.lowerBound / step - 1e-9).rounded(.up)
        let last = (domain.upperBound / step + 1e-9).rounded(.down)
        guard first <= last, last - first < 1000 else { return [] }
        // Counting keeps rounding errors from adding up; adding 0 makes -0 a 0.
        return (0...Int(last - first)).map { (first + Double($0)) * step + 0 }
    }
}
