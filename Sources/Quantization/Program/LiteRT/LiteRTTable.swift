import Foundation

/// Functions of one int8 number as tables of 256, for −128 up to 127, by the arithmetic of LiteRT's reference kernels: whatever they
/// compute, a table has their bytes.
public struct LiteRTTable {
    private let input: AffineQuantization
    private let output: AffineQuantization

    /// Tables from one quantisation to another; scales have to be those of single precision that the model has.
    public init(from input: AffineQuantization, to output: AffineQuantization) {
        (self.input, self.output) = (input, output)
    }

    private func table(_ function: (Int) -> Int) -> [Int8] {
        (-128...127).map { LiteRTNumber.int8(function($0 - input.zeroPoint) + output.zeroPoint) }
    }

    /// a · b … / the output's scale, in single precision.
    private func ratio(_ factors: Float...) -> FixedPointScale {
        FixedPointScale(Double(factors.reduce(1, *) / Float(output.scale)))
    }

    /// The same number at another scale: QUANTIZE from int8 to int8.
    public var requantised: [Int8] {
        let scale = FixedPointScale(input.scale / output.scale)
        return table { LiteRTNumber.scaled($0, scale) }
    }

    /// RELU, RELU6 and RELU_N1_TO_1 as operators of their own.
    public func limited(low: Double?, high: Double?) -> [Int8] {
        func end(_ real: Double) -> Int8 {
            LiteRTNumber.int8(whole(Float(real) / Float(output.scale)) + output.zeroPoint)
        }
        let scale = ratio(Float(input.scale))
        let (least, greatest) = (low.map(end) ?? Int8.min, high.map(end) ?? Int8.max)
        return table { LiteRTNumber.scaled($0, scale) }.map { max(least, min(greatest, $0)) }
    }

    /// LEAKY_RELU.
    public func leakyReLU(slope: Double) -> [Int8] {
        let (positive, steep) = (ratio(Float(input.scale)), abs(slope))
        let negative = ratio(Float(input.scale), Float(steep))
        return table { x in
            if x >= 0 { return LiteRTNumber.scaled(x, positive) }
            let value = LiteRTNumber.scaled(x, negative)
            return slope < 0 ? -value : value
        }
    }

    /// LOGISTIC and TANH, in single precision.
    public func tabulated(_ function: (Float) -> Float) -> [Int8] {
        let inverse = 1 / Float(output.scale)
        return table { x in
            whole(function(Float(input.scale) * Float(x)) * inverse)
        }
    }

    /// The nearest whole number, kept within what int8 and zero points can tell apart.
    private func whole(_ steps: Float) -> Int { steps.isNaN ? 0 : Int(max(-512, min(512, steps.rounded()))) }

    /// HARD_SWISH, with sixteen bits.
    ///
    /// - Returns: nil where its output's scale is so fine that LiteRT refuses it.
    public var hardSwish: [Int8]? {
        let fine = Float(1.0 / 128) * Float(input.scale)
        let (result, gate) = (ratio(fine), FixedPointScale(Double(fine / (Float(3) / 32_768))))
        guard result.shift <= 0 else { return nil }
        func upper(_ multiplier: Int32) -> Int {
            multiplier < 0x7FFF_0000 ? (Int(multiplier) + 1 << 15) >> 16 : 0x7FFF
        }
        func int16(_ x: Int) -> Int { max(-32_768, min(32_767, x)) }
        // Halves up: of two numbers of sixteen bits, the multiplier never negative.
        func product(_ a: Int, _ b: Int) -> Int { (a * b + 1 << 14) >> 15 }
        let (scale, slope, shift) = (upper(result.multiplier), upper(gate.multiplier), Int(gate.shift))
        return table { x in
            var share = x * 128
            if shift > 0 { share = int16(share << (shift - 1)) }
            share = product(share, slope)
            if shift > 0 { share = int16(2 * share) }
            if shift < 0 { share = LiteRTNumber.shifted(share, -shift) }
            // 0 … 1 in 1/2¹⁵.
            share = (share + 32_768) >> 1
            let whole = share * product(x * 128, scale) / 32_768
            return LiteRTNumber.shifted(whole, -Int(result.shift))
        }
    }
}
