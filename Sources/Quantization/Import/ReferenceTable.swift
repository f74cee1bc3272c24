import Foundation
import Interchange

extension ImportedIntegers.Function {
    /// What becomes of the numbers −128 … 127, as LiteRT 2.3.0's reference kernels have it.
    var table: [Int8] { (-128...127).map { number(Int64($0)) } }

    private var zero: Int64 { Int64(input.zeroPoint) }
    private var outputZero: Int64 { Int64(output.zeroPoint) }

    private func number(_ number: Int64) -> Int8 {
        typealias Reference = ReferenceArithmetic
        let centred = number - zero
        switch kind {
        case .restate: return Int8(number)
        case .requantise:
            let factor = Reference.Multiplier(Double(input.scale) / Double(output.scale))
            return Reference.clamped(factor(centred) + outputZero)
        case .throughFloat:
            let real = Float(Double(input.scale) * Double(centred))
            return Reference.clamped(Reference.whole(real / output.scale) + outputZero)
        case .clamp(let activation): return limited(number, activation)
        case .rectify(let activation):
            let factor = Reference.Multiplier(input.scale / output.scale)
            return limited(outputZero + factor(centred), activation)
        case .leakyReLU(let alpha):
            let slope = centred >= 0 ? input.scale / output.scale : input.scale * alpha / output.scale
            return Reference.clamped(outputZero + scaled(centred, slope))
        case .prelu(let alpha, let slope):
            if centred >= 0 { return Reference.clamped(outputZero + scaled(centred, input.scale / output.scale)) }
            let factor = Reference.Multiplier(input.scale * slope.scale / output.scale)
            return Reference.clamped(outputZero + factor(centred * Int64(alpha - slope.zeroPoint)))
        case .logistic: return curve { 1 / (1 + exp(-$0)) }(centred)
        case .tanh: return curve { Foundation.tanh($0) }(centred)
        case .hardSwish: return hardSwish(centred)
        case .constant(let arithmetic, let constant, let quantization, let isFirst):
            return with(arithmetic, number, Int64(constant), quantization, isFirst: isFirst)
        }
    }

    /// A product with a factor that may be negative.
    private func scaled(_ value: Int64, _ factor: Float) -> Int64 {
        let magnitude = ReferenceArithmetic.Multiplier(abs(factor))
        return factor < 0 ? -magnitude(value) : magnitude(value)
    }

    /// A number of the output between the ends of a fused activation.
    private func limited(_ number: Int64, _ activation: TFLiteModel.Activation) -> Int8 {
        func place(_ real: Float) -> Int64 { outputZero + ReferenceArithmetic.whole(real / output.scale) }
        switch activation {
        case .none, .tanh, .signBit: return ReferenceArithmetic.clamped(number)
        case .relu: return ReferenceArithmetic.clamped(max(number, outputZero))
        case .relu6: return ReferenceArithmetic.clamped(min(max(number, outputZero), max(place(6), -128)))
        case .reluN1To1: return ReferenceArithmetic.clamped(min(max(number, place(-1)), max(place(1), -128)))
        }
    }

    /// A function of real numbers, in single precision.
    private func curve(_ function: @escaping (Float) -> Float) -> (Int64) -> Int8 {
        { centred in
            let value = function(input.scale * Float(centred)) * (1 / output.scale)
            return ReferenceArithmetic.clamped(ReferenceArithmetic.whole(value) + outputZero)
        }
    }

    /// In 16 bits: `HardSwish` of reference/hard_swish.h.
    private func hardSwish(_ centred: Int64) -> Int8 {
        typealias Reference = ReferenceArithmetic
        let fine = Float(1) / 128 * input.scale
        let outer = Reference.Multiplier(fine / output.scale)
        let inner = Reference.Multiplier(fine / (Float(3) / 32_768))
        func half(_ multiplier: Int64) -> Int64 { multiplier < 0x7FFF_0000 ? (multiplier + 1 << 15) >> 16 : 0x7FFF }
        func kept(_ value: Int64) -> Int64 { max(-32_768, min(32_767, value)) }
        let value = centred * 128
        let product = Reference.high16(value, half(outer.multiplier))
        var gate = value
        if inner.shift > 0 { gate = kept(gate * (1 << Int64(min(inner.shift - 1, 31)))) }
        gate = Reference.high16(gate, half(inner.multiplier))
        if inner.shift > 0 { gate = kept(gate * 2) }
        if inner.shift < 0 { gate = Reference.shiftedRight(gate, by: -inner.shift) }
        gate = (gate + 32_768) >> 1
        let gated = gate == -32_768 && product == -32_768 ? 32_767 : gate * product / (1 << 15)
        return Reference.clamped(Reference.shiftedRight(gated, by: -outer.shift) + outputZero)
    }

    /// A sum, difference or product with a constant number.
    private func with(
        _ arithmetic: ImportedIntegers.Arithmetic, _ number: Int64, _ constant: Int64,
        _ quantization: ImportedQuantization, isFirst: Bool
    ) -> Int8 {
        typealias Reference = ReferenceArithmetic
        let (a, b) = (number - zero, constant - Int64(quantization.zeroPoint))
        guard arithmetic != .multiply else {
            let factor = Reference.Multiplier(input.scale * quantization.scale / output.scale)
            return Reference.clamped(factor(a * b) + outputZero)
        }
        let twice = Double(2 * max(input.scale, quantization.scale))
        let own = Reference.Multiplier(Double(input.scale) / twice)(a << 20)
        let other = Reference.Multiplier(Double(quantization.scale) / twice)(b << 20)
        let sum = arithmetic == .add ? own + other : isFirst ? other - own : own - other
        let result = Reference.Multiplier(twice / Double(1_048_576 * output.scale))
        return Reference.clamped(result(sum) + outputZero)
    }
}
