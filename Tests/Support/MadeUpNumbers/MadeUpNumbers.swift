import Foundation

/// Numbers that anyone makes up alike, in any language: the fractions of `43758.5453 · sin(12.9898 · (i + 1) + phase)`.
///
/// The golden files are filled with them. They are made here and not where they are used because networks have millions
/// of weights, and tests are compiled without optimisation.
public enum MadeUpNumbers {
    /// `count` numbers of `range`, in double precision: `lower + (upper − lower) · fraction`.
    public static func doubles(_ count: Int, phase: Double, in range: ClosedRange<Double> = 0...1) -> [Double] {
        (0..<count).map { number($0, phase, range) }
    }

    /// The same numbers, rounded to single precision.
    public static func floats(_ count: Int, phase: Double, in range: ClosedRange<Double> = 0...1) -> [Float] {
        (0..<count).map { Float(number($0, phase, range)) }
    }

    /// A phase that is told by a tensor's name alone: the sum of its bytes, modulo 1000.
    public static func phase(of name: String) -> Double { Double(name.utf8.reduce(0) { $0 + Int($1) } % 1000) }

    private static func number(_ index: Int, _ phase: Double, _ range: ClosedRange<Double>) -> Double {
        let wave = sin(Double(index + 1) * 12.9898 + phase) * 43758.5453
        return range.lowerBound + (range.upperBound - range.lowerBound) * (wave - wave.rounded(.down))
    }
}
