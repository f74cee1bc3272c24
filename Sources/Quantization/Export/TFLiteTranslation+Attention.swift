import DeviceRuntime
import Interchange
import Networks

// Multi-head self-attention, in int32 where the kernel is: scores as they are, 2^−x of them from a table, weighted means of the values.

extension TFLiteTranslation {
    mutating func attention(
        _ call: TFLiteCall, _ heads: Int, _ octaves: FixedPointScale, query: KernelProjection, key: KernelProjection,
        value: KernelProjection, output: KernelProjection
    ) throws -> Int {
        let input = call.inputs[0]
        let (tokens, depth) = (input.shape.size.area, input.shape.channels / heads)
        let headSides = [1, heads, tokens, depth]
        let q = try split(projected(call, input, query, "query"), heads, depth)
        let k = try split(projected(call, input, key, "key"), heads, depth)
        let values = try projected(call, input, value, "value")
        let v = split(values, heads, depth)

        // Shares of the softmax, not divided by their sum yet: a number of 256 parts and a rest, for products of int8.
        let square = [1, heads, tokens, tokens]
        let scores = emit(.batchMatrixProduct(transposesSecond: true), [q, k], tensor(int32: square))
        let column = [1, heads, tokens, 1]
        let greatest = emit(.reduceMax, [scores, constant([3])], tensor(int32: column))
        let below = integers(.subtract(.none), greatest, and: scores, square)
        let places = try exponents(below, octaves, square)
        let shares = Self.shares(tokens: tokens)
        let parts = shares.map { ($0 + 128) >> 8 }
        let weights = emit(.gather(axis: 0), [constant(shares), places], tensor(int32: square))
        let total = emit(.sum, [weights, constant([3])], tensor(int32: column))
        func product(_ numbers: [Int]) -> Int {
            let table = constant(numbers.map { Int8(truncatingIfNeeded: $0) }, [numbers.count])
            let factors = emit(.gather(axis: 0), [table, places], tensor(int8: square, nil))
            return emit(.batchMatrixProduct(transposesSecond: false), [factors, v], tensor(int32: headSides))
        }
        let whole = integers(.multiply(.none), product(parts), 256, headSides)
        let rest = product(zip(shares, parts).map { $0 - 256 * $1 })
        let sums = integers(.add(.none), whole, and: rest, headSides)

        let means = quotient(sums, total, headSides, countSides: column)
        let numbers = narrow(means, headSides, tensor(int8: headSides, values.quantization))
        let mean = TFLiteValue(
            tensor: together(numbers, heads, depth, input, values.quantization), shape: input.shape,
            quantization: values.quantization)
        return try projection(
            TFLiteCall(
                name: call.name, node: "\(call.node).output", inputs: [mean], output: call.output, shape: call.shape,
                limit: nil), output)
    }

    /// Queries, keys or values of all tokens.
    private mutating func projected(
        _ call: TFLiteCall, _ input: TFLiteValue, _ projection: KernelProjection, _ part: String
    ) throws -> TFLiteValue {
        let output = try writer.quantization("\(call.node).\(part)")
        let own = TFLiteCall(
            name: "\(call.name).\(part)", node: "\(call.node).\(part)", inputs: [input], output: output,
            shape: input.shape, limit: nil)
        return TFLiteValue(tensor: try self.projection(own, projection), shape: input.shape, quantization: output)
    }

    private mutating func projection(_ call: TFLiteCall, _ projection: KernelProjection) throws -> Int {
        let channels = call.shape.channels
        return try layer(
            call, call.inputs[0].tensor, try int8s(projection.weights), [channels, 1, 1, channels], axis: 0,
            projection.scaling
        ) { .convolution(stride: 1, dilation: 1, isSame: false, $0, isGrouped: false) }
    }

    /// [1, height, width, heads · depth] as [1, heads, tokens, depth].
    private mutating func split(_ value: TFLiteValue, _ heads: Int, _ depth: Int) -> Int {
        let tokens = value.shape.size.area
        guard heads > 1 else {
            return reshape(value.tensor, tensor(int8: [1, 1, tokens, depth], value.quantization))
        }
        let cut = reshape(value.tensor, tensor(int8: [1, tokens, heads, depth], value.quantization))
        return emit(
            .transpose, [cut, constant([0, 2, 1, 3])], tensor(int8: [1, heads, tokens, depth], value.quantization))
    }

    /// The way back.
    private mutating func together(
        _ tensor: Int, _ heads: Int, _ depth: Int, _ map: TFLiteValue, _ quantization: AffineQuantization
    ) -> Int {
        var tensor = tensor
        if heads > 1 {
            tensor = emit(
                .transpose, [tensor, constant([0, 2, 1, 3])],
                self.tensor(int8: [1, map.shape.size.area, heads, depth], quantization))
        }
        return reshape(tensor, self.tensor(int8: map.sides, quantization))
    }

    /// Differences of scores in 1/256 octaves, no more than the last one whose share is not 0. QUANTIZE to int16 scales them as the kernel does, and
    /// cuts off what is far beyond.
    private mutating func exponents(_ below: Int, _ octaves: FixedPointScale, _ sides: [Int]) throws -> Int {
        guard let pair = ScalePair(octaves, near: 1) else {
            throw TFLiteRefusal("a factor of scores that is no quotient of two scales")
        }
        content.restate(below, scale: pair.input, zeroPoint: 0)
        var scaled = tensor(int32: sides)
        (scaled.type, scaled.scales) = (.int16, [pair.output])
        let steps = emit(.quantize, [below], scaled)
        let wide = emit(.cast(.int16, .int32), [steps], tensor(int32: sides))
        return integers(.minimum, wide, Self.mostSteps, sides)
    }

    /// Seventeen octaves below the greatest score a share is 0.
    private static let mostSteps = 17 * 256

    /// What the kernel makes of 0, 1, 2 … steps of 1/256 octave.
    private static func shares(tokens: Int) -> [Int] {
        let drop = 15 - AttentionGeometry.weightBits(tokens: tokens)
        return (0...mostSteps).map { Int(powerOfTwo(minus: Int32($0), dropping: drop)) }
    }
}
