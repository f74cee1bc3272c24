/// What operators make of whole numbers that are known before a model runs: sides of shapes, indices and axes.
///
/// Converters write the shape that a RESHAPE goes to as SHAPE of what comes in, slices of that, constants, and PACK of them all, because
/// the batch may have any size. With a batch of 1 all of it is known.
struct ShapeArithmetic {
    /// Longer lists are no shapes.
    static let mostValues = 32

    private let model: TFLiteModel
    private var computed: [Int: [Int]] = [:]

    init(_ model: TFLiteModel) { self.model = model }

    /// What a tensor holds, if it is known and a number or a list of numbers of 32 bits.
    func values(_ tensor: Int) -> [Int]? {
        if let values = computed[tensor] { return values }
        guard Self.isList(model.tensors[tensor]), let values = model.tensors[tensor].integers,
            values.allSatisfy(Self.fits)
        else { return nil }
        return values
    }

    /// Computes what an operator writes. False where that is not known, or not as many numbers as the model says.
    mutating func compute(_ step: TFLiteModel.Operator) -> Bool {
        guard let results = results(of: step), results.count == step.outputs.count else { return false }
        for (values, output) in zip(results, step.outputs) {
            let tensor = model.tensors[output]
            guard Self.isList(tensor), tensor.count == values.count, values.allSatisfy(Self.fits) else { return false }
        }
        for (values, output) in zip(results, step.outputs) { computed[output] = values }
        return true
    }

    /// Numbers that have been computed, as a tensor's bytes; nil for other tensors.
    func data(_ index: Int) -> ArraySlice<UInt8>? {
        guard let values = computed[index] else { return nil }
        func bytes<Value: FixedWidthInteger>(_ type: Value.Type) -> ArraySlice<UInt8> {
            values.map { Value(truncatingIfNeeded: $0).littleEndian }.withUnsafeBytes { Array($0) }[...]
        }
        return model.tensors[index].type == .int64 ? bytes(Int64.self) : bytes(Int32.self)
    }

    private static func isList(_ tensor: TFLiteModel.Tensor) -> Bool {
        (tensor.type == .int32 || tensor.type == .int64) && tensor.shape.count <= 1 && tensor.count <= mostValues
    }

    /// Sums and products of two such numbers, and of a number and a list's length, fit the machine's.
    private static func fits(_ value: Int) -> Bool { Int32(exactly: value) != nil }

    // MARK: - Operators

    /// A list for each output; nil where it is not known.
    private func results(of step: TFLiteModel.Operator) -> [[Int]]? {
        switch step.kind {
        case .shape: return model.operand(0, of: step).map { [$0.shape] }
        case .stridedSlice(let options): return slice(step, options).map { [$0] }
        case .slice: return plainSlice(step).map { [$0] }
        case .gather(let axis, let batchDimensions):
            guard axis == 0 || axis == -1, batchDimensions == 0 else { return nil }
            return gather(step).map { [$0] }
        case .pack(let axis):
            guard axis == 0 || axis == -1, isOfNumbers(step) else { return nil }
            return joined(step).map { [$0] }
        case .concatenation(let axis, let activation):
            guard axis == 0 || axis == -1, activation == .none else { return nil }
            return joined(step).map { [$0] }
        case .unpack(let axis, _):
            guard axis == 0 || axis == -1 else { return nil }
            return operand(0, step)?.map { [$0] }
        case .add(let activation): return pairs(step, activation, +).map { [$0] }
        case .subtract(let activation): return pairs(step, activation, -).map { [$0] }
        case .multiply(let activation): return pairs(step, activation, *).map { [$0] }
        case .reduceProduct: return product(step).map { [[$0]] }
        case .cast, .reshape, .squeeze, .expandDimensions: return operand(0, step).map { [$0] }
        case .convolution, .depthwiseConvolution, .fullyConnected, .pad, .padWithValue, .mean, .averagePool, .maxPool,
            .split, .transpose, .softmax, .logistic, .tanh, .relu, .relu6, .reluN1To1, .leakyReLU, .prelu, .hardSwish,
            .quantize, .dequantize, .resizeNearest, .resizeBilinear, .reduceMax, .other:
            return nil
        }
    }

    private func operand(_ index: Int, _ step: TFLiteModel.Operator) -> [Int]? {
        guard step.inputs.indices.contains(index), let tensor = step.inputs[index] else { return nil }
        return values(tensor)
    }

    /// The number that an operand is, or a list of one.
    private func number(_ index: Int, _ step: TFLiteModel.Operator) -> Int? {
        guard let values = operand(index, step), values.count == 1 else { return nil }
        return values[0]
    }

    /// STRIDED_SLICE of a list.
    private func slice(_ step: TFLiteModel.Operator, _ options: TFLiteModel.StridedSlice) -> [Int]? {
        guard let values = operand(0, step), let begin = number(1, step), let end = number(2, step),
            let stride = number(3, step), stride != 0, options.ellipsisMask == 0, options.newAxisMask == 0
        else { return nil }
        let count = values.count
        // A place from the end becomes one from the front; places outside become the nearest that a slice can end at.
        func place(_ stated: Int) -> Int {
            let fromFront = stated < 0 ? stated + count : stated
            return stride > 0 ? min(max(fromFront, 0), count) : min(max(fromFront, -1), count - 1)
        }
        if options.shrinkAxisMask & 1 != 0 {
            let first = begin < 0 ? begin + count : begin
            return values.indices.contains(first) ? [values[first]] : nil
        }
        let first = options.beginMask & 1 != 0 ? (stride > 0 ? 0 : count - 1) : place(begin)
        let stated = options.endCountsFromBegin ? first + end : end
        let last =
            options.endMask & 1 != 0
            ? (stride > 0 ? count : -1)
            : options.endCountsFromBegin ? min(max(stated, -1), count) : place(stated)
        return Swift.stride(from: first, to: last, by: stride).map { values[$0] }
    }

    /// SLICE of a list; a size of −1 goes to the end.
    private func plainSlice(_ step: TFLiteModel.Operator) -> [Int]? {
        guard let values = operand(0, step), let begin = number(1, step), let size = number(2, step), begin >= 0,
            begin <= values.count, size >= -1, size <= values.count - begin
        else { return nil }
        return Array(values[begin..<(size == -1 ? values.count : begin + size)])
    }

    private func gather(_ step: TFLiteModel.Operator) -> [Int]? {
        guard let values = operand(0, step), let indices = operand(1, step),
            indices.allSatisfy(values.indices.contains)
        else { return nil }
        return indices.map { values[$0] }
    }

    /// Whether each operand is one number rather than a list.
    private func isOfNumbers(_ step: TFLiteModel.Operator) -> Bool {
        step.inputs.allSatisfy { input in input.map { model.tensors[$0].shape.isEmpty } ?? false }
    }

    /// All operands one behind the other.
    private func joined(_ step: TFLiteModel.Operator) -> [Int]? {
        var joined: [Int] = []
        for index in step.inputs.indices {
            guard let values = operand(index, step), joined.count + values.count <= Self.mostValues else { return nil }
            joined += values
        }
        return joined
    }

    /// Numbers by twos; one number goes with every one of a list.
    private func pairs(
        _ step: TFLiteModel.Operator, _ activation: TFLiteModel.Activation, _ combine: (Int, Int) -> Int
    ) -> [Int]? {
        guard activation == .none, let left = operand(0, step), let right = operand(1, step) else { return nil }
        if left.count == right.count { return zip(left, right).map { combine($0, $1) } }
        if left.count == 1 { return right.map { combine(left[0], $0) } }
        return right.count == 1 ? left.map { combine($0, right[0]) } : nil
    }

    /// REDUCE_PROD of a list.
    private func product(_ step: TFLiteModel.Operator) -> Int? {
        guard let values = operand(0, step), let axis = number(1, step), axis == 0 || axis == -1 else { return nil }
        return values.reduce(1 as Int?) { product, value in
            guard let product else { return nil }
            let (next, overflow) = product.multipliedReportingOverflow(by: value)
            return overflow ? nil : next
        }
    }
}
