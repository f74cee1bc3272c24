import Foundation
import Interchange
import Networks

extension ImportedIntegers.Function {
    /// What becomes of the numbers −128 … 127, as LiteRT 2.3.0's reference kernels have it; nil where scales differ by more than they take.
    var table: [Int8]? {
        guard isBounded else { return nil }
        let tables = LiteRTTable(from: input.affine, to: output.affine)
        switch kind {
        case .restate: return Array(Int8.min...Int8.max)
        case .fill(let number): return [Int8](repeating: Int8(clamping: number), count: 256)
        case .requantise: return tables.requantised
        case .throughFloat:
            return numbers { centred in
                let real = Float(Double(input.scale) * Double(centred))
                return Int(max(-1024, min(1024, (real / output.scale).rounded())))
            }
        case .clamp(let activation):
            let ends = activation.limits
            return LiteRTTable(from: output.affine, to: output.affine).limited(low: ends.low, high: ends.high)
        case .rectify(let activation):
            let ends = activation.limits
            return tables.limited(low: ends.low, high: ends.high)
        case .leakyReLU(let alpha): return tables.leakyReLU(slope: Double(alpha))
        case .prelu(let alpha, let slope): return prelu(alpha - slope.zeroPoint, slope.scale)
        case .logistic: return tables.tabulated { 1 / (1 + exp(-$0)) }
        case .tanh: return tables.tabulated { Foundation.tanh($0) }
        case .hardSwish: return tables.hardSwish
        case .constant(let arithmetic, let number, let quantization, let isFirst):
            return with(arithmetic, number - quantization.zeroPoint, quantization.scale, isFirst: isFirst)
        }
    }

    /// Whether every product stays below 2³⁰, as whole-number arithmetic wants it: files may state any scales.
    private var isBounded: Bool {
        func isBounded(_ most: Int, _ factor: Float) -> Bool {
            factor.isFinite && Double(most) * Double(abs(factor)) < 536_870_912
        }
        let sane: ClosedRange<Float> = 1e-30...1e30
        guard sane.contains(input.scale), sane.contains(output.scale) else { return false }
        let ratio = input.scale / output.scale
        switch kind {
        case .restate, .fill, .clamp, .throughFloat, .logistic, .tanh, .hardSwish: return true
        case .requantise, .rectify: return isBounded(255, ratio)
        case .leakyReLU(let alpha): return isBounded(255, ratio) && isBounded(255, ratio * alpha)
        case .prelu(_, let slope): return isBounded(255, ratio) && isBounded(65_025, ratio * slope.scale)
        case .constant(let arithmetic, _, let quantization, _):
            guard sane.contains(quantization.scale) else { return false }
            return arithmetic == .multiply
                ? isBounded(65_025, ratio * quantization.scale)
                : isBounded(512, 2 * max(input.scale, quantization.scale) / output.scale)
        }
    }

    /// A table of a function of numbers that are counted from the zero points.
    private func numbers(_ function: (Int) -> Int) -> [Int8] {
        (-128...127).map { LiteRTNumber.int8(function($0 - input.zeroPoint) + output.zeroPoint) }
    }

    /// A PRELU with one slope for all.
    private func prelu(_ slope: Int, _ slopeScale: Float) -> [Int8] {
        let positive = FixedPointScale(Double(input.scale / output.scale))
        let negative = FixedPointScale(Double(input.scale * slopeScale / output.scale))
        return numbers { $0 >= 0 ? LiteRTNumber.scaled($0, positive) : LiteRTNumber.scaled($0 * slope, negative) }
    }

    /// A sum, difference or product with a constant number.
    private func with(
        _ arithmetic: ImportedIntegers.Arithmetic, _ constant: Int, _ scale: Float, isFirst: Bool
    ) -> [Int8] {
        guard arithmetic != .multiply else {
            let factor = FixedPointScale(Double(input.scale * scale / output.scale))
            return numbers { LiteRTNumber.scaled($0 * constant, factor) }
        }
        // Both in 20 bits over twice the larger scale.
        let twice = Double(2 * max(input.scale, scale))
        let own = FixedPointScale(Double(input.scale) / twice)
        let result = FixedPointScale(twice / Double(1_048_576 * output.scale))
        let other = LiteRTNumber.scaled(constant << 20, FixedPointScale(Double(scale) / twice))
        return numbers { number in
            let value = LiteRTNumber.scaled(number << 20, own)
            let sum = arithmetic == .add ? value + other : isFirst ? other - value : value - other
            return LiteRTNumber.scaled(sum, result)
        }
    }
}

extension ImportedQuantization {
    /// The same in this module's terms.
    var affine: AffineQuantization { AffineQuantization(scale: Double(scale), zeroPoint: zeroPoint) }
}

extension TFLiteModel.Activation {
    /// The ends between which it lets numbers through.
    fileprivate var limits: (low: Double?, high: Double?) { function?.limits ?? (nil, nil) }
}
