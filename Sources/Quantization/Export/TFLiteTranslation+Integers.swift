import Interchange
import Networks

// Kernels in whole numbers of 32 bits, where no operator on int8 rounds as they do.

extension TFLiteTranslation {
    /// int8 as int32, counted from a number.
    mutating func wide(_ tensor: Int, _ sides: [Int], from zero: Int = 0) -> Int {
        let numbers = emit(.cast(.int8, .int32), [tensor], self.tensor(int32: sides))
        return zero == 0 ? numbers : integers(.add(.none), numbers, -zero, sides)
    }

    /// An operator on int32 and a number.
    mutating func integers(_ operation: TFLiteOperator, _ tensor: Int, _ number: Int, _ sides: [Int]) -> Int {
        emit(operation, [tensor, constant(number)], self.tensor(int32: sides))
    }

    /// An operator on two tensors of int32.
    mutating func integers(_ operation: TFLiteOperator, _ a: Int, and b: Int, _ sides: [Int]) -> Int {
        emit(operation, [a, b], tensor(int32: sides))
    }

    /// sum / count, halves away from zero: `DeviceRuntime.roundedQuotient`.
    ///
    /// - Parameters:
    ///   - counts: above 0, of the sides of the sums or such that spread.
    mutating func quotient(_ sums: Int, _ counts: Int, _ sides: [Int], countSides: [Int]) -> Int {
        let half = integers(.floorDivide, counts, 2, countSides)
        let sign = integers(.maximum, integers(.minimum, sums, 1, sides), -1, sides)
        let nudge = integers(.multiply(.none), sign, and: half, sides)
        return integers(.divide, integers(.add(.none), sums, and: nudge, sides), and: counts, sides)
    }

    /// int32 as int8, cut off at its ends.
    mutating func narrow(_ tensor: Int, _ sides: [Int], _ output: TFLiteContent.Tensor) -> Int {
        let ended = integers(.maximum, integers(.minimum, tensor, 127, sides), -128, sides)
        return emit(.cast(.int32, .int8), [ended], output)
    }

    /// int32 times a factor, with both roundings: QUANTIZE does that to whole numbers. Its factor is a quotient of two
    /// scales of single precision, which are chosen so that it is the kernel's to the last bit.
    ///
    /// - Parameter sums: a tensor that nothing else reads.
    mutating func requantised(_ sums: Int, _ scaling: OutputScaling, _ call: TFLiteCall) throws -> Int {
        guard let pair = ScalePair(scaling.scale, near: Float(call.output.scale)) else {
            throw TFLiteRefusal("a factor that is no quotient of two scales")
        }
        content.restate(sums, scale: pair.input, zeroPoint: 0)
        var result: Int
        if pair.output == Float(call.output.scale) {
            result = emit(.quantize, [sums], try output(of: call))
        } else {
            // RESHAPE shows the same bytes as numbers of the scale that they have.
            let own = AffineQuantization(scale: Double(pair.output), zeroPoint: scaling.zero)
            result = emit(.quantize, [sums], tensor(int8: call.outputSides, own))
            result = reshape(result, try output(of: call))
        }
        return try clamped(result, scaling.low, scaling.high, call)
    }
}

/// Two scales of single precision whose quotient, in double precision, is a factor of kernels to the last bit of its
/// multiplier.
package struct ScalePair {
    package let input: Float
    package let output: Float

    /// - Parameters:
    ///   - scale: the factor.
    ///   - output: the scale that the output should have, where that is possible.
    package init?(_ scale: FixedPointScale, near output: Float) {
        guard scale.multiplier > 0, output.isNormal else { return nil }
        let real = Double(sign: .plus, exponent: Int(scale.shift) - 31, significand: Double(scale.multiplier))
        func isExact(_ input: Float, _ output: Float) -> Bool {
            input.isNormal && output.isNormal && FixedPointScale(Double(input) / Double(output)) == scale
        }
        let near = Float(real * Double(output))
        if let input = [near, near.nextUp, near.nextDown].first(where: { isExact($0, output) }) {
            (self.input, self.output) = (input, output)
            return
        }
        // The best quotients of whole numbers are those of its continued fraction; they come as near as two numbers of
        // 24 bits can. The factor is brought to 1 … 2 first, so that neither has more.
        let power = real.exponent
        let fraction = real.significand
        var (rest, above, below) = (fraction, (last: 1.0, next: fraction.rounded(.down)), (last: 0.0, next: 1.0))
        while max(above.next, below.next) < 16_777_216 {
            let (input, output) = (
                Float(above.next) * Float(sign: .plus, exponent: Int(power), significand: 1), Float(below.next)
            )
            if isExact(input, output) {
                (self.input, self.output) = (input, output)
                return
            }
            let part = rest - rest.rounded(.down)
            guard part > 0 else { return nil }
            rest = 1 / part
            let digit = rest.rounded(.down)
            above = (above.next, digit * above.next + above.last)
            below = (below.next, digit * below.next + below.last)
        }
        return nil
    }
}
