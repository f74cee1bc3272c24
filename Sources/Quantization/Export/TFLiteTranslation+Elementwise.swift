import Foundation
import Interchange
import Networks

// Sums, products and functions of single numbers.

extension TFLiteTranslation {
    /// Which sum it is.
    enum Sum { case add, subtract }

    /// LiteRT's ADD and SUB are what kernels have been made after.
    ///
    /// - Parameter constant: the second operand, where it is none of the call's.
    mutating func sum(
        _ call: TFLiteCall, _ kind: Sum, _ scaling: OutputScaling, with constant: TFLiteValue? = nil
    ) throws -> Int {
        let operands = [call.inputs[0].tensor, (constant ?? call.inputs[call.inputs.count - 1]).tensor]
        let (activation, ends) = fused(call, scaling.low, scaling.high)
        let operation: TFLiteOperator =
            switch kind {
            case .add: .add(activation)
            case .subtract: .subtract(activation)
            }
        let result = emit(operation, operands, try output(of: call))
        return ends ? try clamped(result, scaling.low, scaling.high, call) : result
    }

    /// MUL has its factor in single precision. Where that gives other bytes than the kernel's, the product is one of int32.
    mutating func product(
        _ call: TFLiteCall, _ a: TFLiteValue, _ b: TFLiteValue, _ scaling: OutputScaling
    ) throws -> Int {
        let factor = Float(a.quantization.scale) * Float(b.quantization.scale) / Float(call.output.scale)
        let single = FixedPointScale(Double(factor))
        // Products of two numbers of eight bits, each counted from its zero point.
        guard agree(-65_025...65_025, scaling.zero, { LiteRTNumber.scaled($0, single) }, scaling.scale) else {
            let sides = [wide(a), wide(b)]
            let product = integers(.multiply(.none), sides[0], and: sides[1], call.outputSides)
            return try requantised(product, scaling, call)
        }
        let (activation, ends) = fused(call, scaling.low, scaling.high)
        let result = emit(.multiply(activation), [a.tensor, b.tensor], try output(of: call))
        return ends ? try clamped(result, scaling.low, scaling.high, call) : result
    }

    /// A value's numbers as int32, counted from its zero point.
    mutating func wide(_ value: TFLiteValue) -> Int {
        wide(value.tensor, content.tensors[value.tensor].shape, from: value.quantization.zeroPoint)
    }

    /// Whether a way of scaling whole numbers comes to the bytes of a kernel's factor.
    func agree(
        _ numbers: ClosedRange<Int>, _ zero: Int, _ other: (Int) -> Int, _ scale: FixedPointScale
    ) -> Bool {
        numbers.allSatisfy {
            LiteRTNumber.int8(other($0) + zero) == LiteRTNumber.int8(LiteRTNumber.scaled($0, scale) + zero)
        }
    }

    /// Constants of one a channel.
    ///
    /// - Parameter part: what the model calls their quantisation.
    mutating func channels(_ call: TFLiteCall, _ numbers: ConstantID, _ part: String) throws -> TFLiteValue {
        let quantization = try writer.quantization("\(call.node).\(part)").inSinglePrecision
        let numbers = try int8s(numbers)
        return TFLiteValue(
            tensor: constant(numbers, [numbers.count], quantization), shape: [numbers.count], quantization: quantization
        )
    }

    /// A position embedding is a sum with a constant map: columns in the first half of the channels, rows in the second.
    mutating func position(
        _ call: TFLiteCall, columns: ConstantID, rows: ConstantID, _ scaling: OutputScaling
    ) throws -> Int {
        let (shape, half) = (call.shape, call.shape.channels / 2)
        let (columns, rows) = (try int8s(columns), try int8s(rows))
        let quantization = try writer.quantization("\(call.node).table").inSinglePrecision
        var map: [Int8] = []
        for y in 0..<shape.height {
            for x in 0..<shape.width {
                map += columns[x * half..<(x + 1) * half]
                map += rows[y * half..<(y + 1) * half]
            }
        }
        let table = TFLiteValue(
            tensor: constant(map, call.outputSides, quantization), shape: shape, quantization: quantization)
        return try sum(call, .add, scaling, with: table)
    }

    // MARK: - Functions of one number

    /// A table. Where an operator of LiteRT has its 256 numbers that operator is taken, otherwise GATHER looks them up.
    mutating func lookUp(_ call: TFLiteCall, _ table: ConstantID) throws -> Int {
        let numbers = try int8s(table)
        if let operation = operation(numbers, from: call.inputs[0].quantization, to: call.output) {
            return emit(operation, [call.inputs[0].tensor], try output(of: call))
        }
        return lookUp(call.inputs[0], numbers, tensor(int8: call.outputSides, call.output))
    }

    /// GATHER wants places from 0 on.
    mutating func lookUp(_ value: TFLiteValue, _ numbers: [Int8], _ output: TFLiteContent.Tensor) -> Int {
        let places = wide(value.tensor, content.tensors[value.tensor].shape, from: -128)
        let stated = output.scales.first.map {
            AffineQuantization(scale: Double($0), zeroPoint: output.zeroPoint)
        }
        return emit(.gather(axis: 0), [constant(numbers, [numbers.count], stated), places], output)
    }

    /// The operator that makes of each int8 number what a table has for it.
    func operation(
        _ numbers: [Int8], from input: AffineQuantization, to output: AffineQuantization
    ) -> TFLiteOperator? {
        let ratio = input.scale / output.scale
        // Beyond it kernels of fixed point overflow.
        guard input.hasZeroPointOfInt8, output.hasZeroPointOfInt8, (1.0 / 4096...4096).contains(ratio) else {
            return nil
        }
        let litert = LiteRTTable(from: input, to: output)
        if numbers == litert.requantised { return .quantize }
        if numbers == litert.limited(low: 0, high: nil) { return .relu }
        if numbers == litert.limited(low: 0, high: 6) { return .relu6 }
        if numbers == litert.hardSwish { return .hardSwish }
        if output == SoftmaxTable.output, numbers == litert.tabulated({ 1 / (1 + exp(-$0)) }) { return .logistic }
        return numbers == litert.tabulated({ tanh($0) }) ? .tanh : nil
    }

    /// A parametric ReLU with a slope a channel: PRELU where its factors of single precision give the kernel's bytes, otherwise a table a channel.
    mutating func rectify(
        _ call: TFLiteCall, _ slopes: ConstantID, _ positive: FixedPointScale, _ scaling: OutputScaling
    ) throws -> Int {
        let input = call.inputs[0]
        let slope = try channels(call, slopes, "slope")
        let (numbers, zero) = (try int8s(slopes), input.quantization.zeroPoint)
        func table(_ slope: Int, _ positive: FixedPointScale, _ negative: FixedPointScale) -> [Int8] {
            (-128...127).map { number in
                let x = number - zero
                let scaled = x >= 0 ? LiteRTNumber.scaled(x, positive) : LiteRTNumber.scaled(x * slope, negative)
                return LiteRTNumber.int8(scaled + scaling.zero)
            }
        }
        let (from, to) = (Float(input.quantization.scale), Float(call.output.scale))
        let single = (
            FixedPointScale(Double(from / to)), FixedPointScale(Double(from * Float(slope.quantization.scale) / to))
        )
        let steps = numbers.map { Int($0) - slope.quantization.zeroPoint }
        let isSame = Set(steps).allSatisfy {
            table($0, positive, scaling.scale) == table($0, single.0, single.1)
        }
        if isSame {
            let list = constant(numbers, [1, 1, numbers.count], slope.quantization)
            return emit(.prelu, [input.tensor, list], try output(of: call))
        }
        let tables = steps.flatMap { table($0, positive, scaling.scale) }
        let first = constant(steps.indices.map { 256 * $0 + 128 }, [1, 1, 1, steps.count])
        let places = integers(.add(.none), wide(input.tensor, input.sides), and: first, call.outputSides)
        let all = constant(tables, [tables.count], call.output)
        return emit(.gather(axis: 0), [all, places], try output(of: call))
    }
}
