import Foundation

/// What the int8 numbers of one value stand for: real = scale · (number − zeroPoint).
///
/// ```swift
/// let quantization = AffineQuantization(covering: 0...6)       // scale 6/255, zero point −128
/// quantization.number(of: 3)                                   // 0
/// ```
public struct AffineQuantization: Sendable, Hashable, Codable {
    /// One step, above 0.
    public let scale: Double
    /// The number that stands for 0. Within int8, but for weights of a window pooling: those never are 0, and their zero point may lie
    /// below.
    public let zeroPoint: Int

    private enum CodingKeys: String, CodingKey {
        case scale
        case zeroPoint = "zero_point"
    }

    /// A quantisation by its parts.
    public init(scale: Double, zeroPoint: Int) {
        self.scale = scale
        self.zeroPoint = zeroPoint
    }

    /// The finest whose numbers cover a range, which is stretched to hold 0 exactly.
    public init(covering range: ClosedRange<Double>) {
        let (low, high) = (min(0, range.lowerBound), max(0, range.upperBound))
        // A value that is 0 everywhere has no scale of its own; any does.
        let scale = high > low ? max((high - low) / 255, Double.leastNormalMagnitude * 1e10) : 1.0 / 255
        self.init(scale: scale, zeroPoint: Int(max(-128, min(127, (-128 - low / scale).rounded()))))
    }

    /// The finest of positive numbers in a range, without 0: its zero point may lie below −128.
    public init(coveringPositive range: ClosedRange<Double>) {
        let (low, high) = (max(0, range.lowerBound), range.upperBound)
        guard high > low else {
            self.init(covering: 0...max(high, 1e-9))
            return
        }
        // At most 2¹² steps below the range, so that sums of products stay far inside int32.
        let scale = max((high - low) / 255, high / 4096, Double.leastNormalMagnitude)
        self.init(scale: scale, zeroPoint: Int((127 - high / scale).rounded()))
    }

    /// Numbers with zero point 0, −127 … 127, that reach a magnitude.
    public init(symmetric magnitude: Double) {
        self.init(scale: magnitude > 0 ? magnitude / 127 : 1.0 / 127, zeroPoint: 0)
    }

    /// The nearest number, halves away from zero, kept within int8.
    public func number(of real: Double) -> Int8 {
        let number = (real / scale).rounded() + Double(zeroPoint)
        return Int8(max(-128, min(127, number.isNaN ? Double(zeroPoint) : number)))
    }

    /// What a number stands for.
    public func real(of number: Int8) -> Double { scale * Double(Int(number) - zeroPoint) }

    /// How probable classes are by the numbers of an output that tells them apart.
    ///
    /// - Parameter areShares: whether the numbers stand for shares already, of a softmax at the network's end.
    package func probabilities(of numbers: [Int8], areShares: Bool) -> [Double] {
        guard !areShares else { return numbers.map(real) }
        let most = Int(numbers.max() ?? 0)
        let exponentials = numbers.map { exp(scale * Double(Int($0) - most)) }
        let sum = exponentials.reduce(0, +)
        return exponentials.map { $0 / sum }
    }

    /// Least and greatest real number of int8.
    public var range: ClosedRange<Double> { real(of: -128)...real(of: 127) }
}
