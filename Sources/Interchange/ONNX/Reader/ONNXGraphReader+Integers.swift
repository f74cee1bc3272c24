import Networks

/// QuantizeLinear and DequantizeLinear, and the whole numbers between them.
///
/// A value between the two is int8 on a device. Its scale is noted for the node that makes it, whole weights are kept as they are, and functions
/// of one number become tables. onnxruntime rounds a product of real numbers once, kernels a product with a multiplier of 31 bits: results
/// differ by a step now and then.
extension ONNXGraphReader {
    // MARK: - Values

    /// What a value's numbers stand for.
    func quantization(of value: ONNXValue) -> ImportedQuantization? { quantizations[root(value.node)] }

    /// Says what a node's numbers stand for; those of nodes whose numbers it keeps are the same.
    private mutating func state(_ quantization: ImportedQuantization, of id: Node.ID) {
        var next: Node.ID? = root(id)
        while let node = next, quantizations[node] == nil {
            quantizations[node] = quantization
            if let name = nodeNames[node] { integers.values[name] = quantization }
            next = keptFrom[node].map(root)
        }
    }

    /// Notes that a node's result keeps the numbers that it reads, as kernels that only move or compare numbers do.
    mutating func keepNumbers(_ node: ONNXNodeProto, of x: ONNXValue, result index: Int = 0) throws {
        guard isInteger, node.output.indices.contains(index) else { return }
        keepNumbers(try output(node.output[index]), of: x)
    }

    /// Notes that a value keeps the numbers of another.
    mutating func keepNumbers(_ result: ONNXValue, of x: ONNXValue) {
        guard isInteger, result.node != x.node else { return }
        keptFrom[root(result.node)] = x.node
        if let own = quantization(of: x) { state(own, of: result.node) }
    }

    /// Shares of a softmax are in steps of 1/256 here.
    mutating func keepShares(_ node: ONNXNodeProto) throws {
        guard let name = node.output.first else { return }
        state(ImportedQuantization(scale: 1 / 256, zeroPoint: -128), of: try output(name).node)
    }

    mutating func quantize(_ node: ONNXNodeProto) throws {
        var x = try shuffled(node)
        let stated = try stated(node)
        if isInteger { x = try rounded(x, stated.quantization, node) }
        x.isWhole = true
        if let name = node.output.first { wholeTensors[name] = stated }
        try set(node, .value(x))
    }

    /// A value at a scale: its own, or that of a node behind it.
    private mutating func rounded(
        _ x: ONNXValue, _ stated: ImportedQuantization, _ node: ONNXNodeProto
    ) throws -> ONNXValue {
        guard let own = quantization(of: x) else {
            state(stated, of: x.node)
            return x
        }
        guard own != stated else { return x }
        var result = x
        if let known = requantised[x.node]?[stated] {
            result.imported = known.with(x.imported.order)
            return result
        }
        let made = try add(.activation(Activation(.identity)), [x], name: name(for: node))
        state(stated, of: made.node)
        requantised[x.node, default: [:]][stated] = made.imported
        result.imported = made.imported.with(x.imported.order)
        return result
    }

    mutating func dequantize(_ node: ONNXNodeProto) throws {
        var x = try shown(node)
        guard x.isWhole else { throw ONNXNodeProblem.unsupported("takes real numbers for whole ones") }
        let stated = try stated(node)
        if input.value.isWhole, x.node == input.value.node { wholeTensors[input.name] = stated }
        if isInteger {
            guard (quantization(of: x) ?? stated.quantization) == stated.quantization else {
                throw ONNXNodeProblem.unsupported("reads whole numbers by another scale than they were written with")
            }
            state(stated.quantization, of: x.node)
        }
        x.isWhole = false
        try set(node, .value(x))
    }

    /// The scale and zero point of a value, a uint8's as that of the number 128 less.
    private func stated(_ node: ONNXNodeProto) throws -> (quantization: ImportedQuantization, type: ElementType) {
        guard let scales = try weight(node, 1)?.tensor, scales.count == 1, let scale = scales.floats().first else {
            throw ONNXNodeProblem.unsupported("has several scales for one value; kernels take one")
        }
        let type = try wholeType(node)
        guard scale.isFinite, scale > 0 else { throw ONNXNodeProblem.broken("has the scale \(scale)") }
        let zeros = try wholeNumbers(node, 2) ?? [0]
        guard zeros.count == 1, let range = Self.zeroPoints(of: type), let zero = Int32(exactly: zeros[0]),
            range.contains(zero)
        else {
            throw ONNXNodeProblem.broken("has the zero point \(zeros.map { Int($0) }.shortened)")
        }
        return (ImportedQuantization(scale: scale, zeroPoint: Int(zero) - (type == .uint8 ? 128 : 0)), type)
    }

    /// The zero points that bytes have, which are some of their numbers; nil for other types, which may have any.
    private static func zeroPoints(of type: ElementType) -> ClosedRange<Int32>? {
        switch type {
        case .int8: -128...127
        case .uint8: 0...255
        case .bool, .int16, .int32, .int64, .float16, .bfloat16, .float32, .float64: nil
        }
    }

    /// int8 or uint8: the zero point's type, or what is said where there is none.
    private func wholeType(_ node: ONNXNodeProto) throws -> ElementType {
        let said = ONNXTensorProto.DataType(rawValue: try node.integer("output_dtype", default: 0)) ?? .undefined
        let type = try constant(node, 2)?.tensor.type ?? (said == .int8 ? .int8 : .uint8)
        guard type == .int8 || type == .uint8, [.undefined, .int8, .uint8].contains(said),
            try node.integer("block_size", default: 0) == 0
        else {
            throw ONNXNodeProblem.unsupported("rounds to other numbers than int8 and uint8 of one scale")
        }
        return type
    }

    // MARK: - Constants

    /// Real weights as whole ones, to the nearest, halves to even.
    func quantizedConstant(_ node: ONNXNodeProto, _ tensor: TensorData) throws -> ONNXConstant {
        let type = try wholeType(node)
        let lines = try lines(node, tensor.shape, of: type)
        let ends = type == .int8 ? (-128, 127) : (0, 255)
        let numbers = tensor.floats().enumerated().map { index, real -> UInt8 in
            let line = lines.line(of: index)
            let steps = (real / lines.scales[line]).rounded(.toNearestOrEven)
            guard steps.isFinite, abs(steps) < 65_536 else {
                return UInt8(truncatingIfNeeded: steps > 0 ? ends.1 : ends.0)
            }
            return UInt8(truncatingIfNeeded: max(ends.0, min(ends.1, Int(steps) + Int(lines.zeroPoints[line]))))
        }
        return ONNXConstant(try TensorData(type: type, shape: tensor.shape, bytes: numbers))
    }

    /// What whole weights and biases stand for, beside them.
    func dequantizedConstant(_ node: ONNXNodeProto, _ tensor: TensorData) throws -> ONNXConstant {
        guard [.int8, .uint8, .int32].contains(tensor.type), try node.integer("block_size", default: 0) == 0 else {
            throw ONNXNodeProblem.unsupported("reads a constant of other numbers than int8, uint8 and int32")
        }
        let lines = try lines(node, tensor.shape, of: tensor.type)
        let numbers = try tensor.int64s().map { Int32(truncatingIfNeeded: $0) }
        let reals = numbers.enumerated().map { index, number -> Float in
            let line = lines.line(of: index)
            return Float(Int64(number) - Int64(lines.zeroPoints[line])) * lines.scales[line]
        }
        let integers = ONNXConstant.Integers(
            numbers: numbers, type: tensor.type, scales: lines.scales, zeroPoints: lines.zeroPoints, axis: lines.axis)
        return ONNXConstant(try TensorData(reals, shape: tensor.shape), integers: integers)
    }

    /// Scales and zero points, one for all or one for each line of an axis.
    private struct Lines {
        let scales: [Float]
        let zeroPoints: [Int32]
        let axis: Int
        /// How many elements lie in a line.
        let length: Int

        func line(of index: Int) -> Int { scales.count == 1 ? 0 : index / length % scales.count }
    }

    /// - Parameter type: of the whole numbers, which zero points are some of.
    private func lines(_ node: ONNXNodeProto, _ shape: [Int], of type: ElementType) throws -> Lines {
        guard let scales = try weight(node, 1)?.tensor.floats(), scales.allSatisfy({ $0.isFinite && $0 > 0 }) else {
            throw ONNXNodeProblem.broken("has a scale that is not above 0")
        }
        let stated = try wholeNumbers(node, 2) ?? [Int64](repeating: 0, count: scales.count)
        let zeros = stated.compactMap { Int32(exactly: $0) }
        guard zeros.count == stated.count, zeros.count == scales.count else {
            throw ONNXNodeProblem.broken("has \(scales.count) scales and \(stated.count) zero points")
        }
        if let range = Self.zeroPoints(of: type), let zero = zeros.first(where: { !range.contains($0) }) {
            throw ONNXNodeProblem.broken("has the zero point \(zero) for numbers of \(range)")
        }
        guard scales.count > 1 else { return Lines(scales: scales, zeroPoints: zeros, axis: 0, length: 1) }
        let said = try node.integer("axis", default: 1)
        let axis = said < 0 ? said &+ shape.count : said
        guard shape.indices.contains(axis), shape[axis] == scales.count else {
            throw ONNXNodeProblem.broken("has \(scales.count) scales along axis \(said) of \(shape.shortened)")
        }
        return Lines(
            scales: scales, zeroPoints: zeros, axis: axis, length: max(1, shape[(axis + 1)...].reduce(1, *)))
    }

    // MARK: - Layers

    /// Keeps a convolution's weights in the order of its kernel.
    mutating func keepWholeConvolution(
        _ details: Convolution, _ kernel: ONNXConstant, _ bias: ONNXConstant?, input x: ONNXValue, _ name: String
    ) throws {
        let whole = try wholeWeights(kernel, details.outputChannels)
        var numbers = whole.numbers
        for (index, number) in whole.numbers.enumerated() { numbers[details.kernelPlace(of: index)] = number }
        try keepWhole(numbers, whole.scales, bias, input: x, name)
    }

    /// Keeps a linear layer's weights, the columns as the map in front of it lies in memory.
    mutating func keepWholeMatrix(
        _ matrix: ONNXConstant, _ bias: ONNXConstant?, input x: ONNXValue, _ name: String
    ) throws {
        let outputs = matrix.tensor.shape[0]
        let whole = try wholeWeights(matrix, outputs)
        var numbers = whole.numbers
        if let columns = x.imported.places(in: MapAxis.memory) {
            numbers = TFLiteNetworkWriter.picking(columns, from: numbers, rows: outputs)
        }
        try keepWhole(numbers, whole.scales, bias, input: x, name)
    }

    private mutating func keepWhole(
        _ numbers: [Int8], _ scales: [Float], _ bias: ONNXConstant?, input x: ONNXValue, _ name: String
    ) throws {
        guard let input = quantization(of: x) else {
            throw ONNXNodeProblem.unsupported(
                "reads numbers that no QuantizeLinear rounds: quantise them too, or import the model with --float")
        }
        integers.layers[name] = ImportedIntegers.Layer(
            numbers: numbers, scales: scales, bias: try wholeBias(bias, input.scale, scales))
    }

    /// Weights counted from their zero points, with a scale for each output, which are the first axis.
    private func wholeWeights(_ constant: ONNXConstant, _ outputs: Int) throws -> (numbers: [Int8], scales: [Float]) {
        guard let whole = constant.integers, whole.type != .int32 else {
            throw ONNXNodeProblem.unsupported("has weights that are no int8 numbers")
        }
        guard whole.scales.count == 1 || whole.axis == 0 && whole.scales.count == outputs else {
            throw ONNXNodeProblem.unsupported("has weights scaled along another axis than its outputs")
        }
        let length = max(1, whole.numbers.count / max(1, outputs))
        let numbers = whole.numbers.enumerated().compactMap { index, number -> Int8? in
            Int8(exactly: number - whole.zeroPoints[whole.scales.count == 1 ? 0 : index / length])
        }
        guard numbers.count == whole.numbers.count else {
            throw ONNXNodeProblem.unsupported("has asymmetric weights")
        }
        let scales = whole.scales.count == 1 ? [Float](repeating: whole.scales[0], count: outputs) : whole.scales
        return (numbers, scales)
    }

    /// Biases in steps of the input's scale times the weights', as kernels take them.
    private func wholeBias(_ bias: ONNXConstant?, _ input: Float, _ scales: [Float]) throws -> [Int32] {
        guard let bias else { return [Int32](repeating: 0, count: scales.count) }
        guard bias.tensor.count == scales.count else {
            throw ONNXNodeProblem.broken("has \(bias.tensor.count) biases for \(scales.count) outputs")
        }
        let steps = scales.map { Double(input) * Double($0) }
        if let whole = bias.integers, whole.type == .int32, whole.zeroPoints.allSatisfy({ $0 == 0 }),
            steps.indices.allSatisfy({ index in
                let own = Double(whole.scales[whole.scales.count == 1 ? 0 : index])
                return abs(own - steps[index]) <= 1e-5 * steps[index]
            })
        {
            return whole.numbers
        }
        return zip(bias.tensor.doubles(), steps).map { real, step in
            let number = (real / step).rounded()
            return number.isNaN ? 0 : Int32(max(-2_147_483_647, min(2_147_483_647, number)))
        }
    }

    /// Keeps factors, summands or slopes of one a channel: as they are, or symmetric where they are real numbers.
    mutating func keepWholeFactors(_ constant: ONNXConstant, _ part: String, _ name: String) throws {
        let (numbers, quantization): ([Int8], ImportedQuantization)
        if let whole = constant.integers, whole.scales.count == 1, whole.type != .int32 {
            numbers = whole.numbers.map { Int8(clamping: $0 - whole.offset) }
            quantization = ImportedQuantization(
                scale: whole.scales[0], zeroPoint: Int(whole.zeroPoints[0] - whole.offset))
        } else {
            let reals = constant.tensor.floats()
            let most = reals.lazy.map(abs).max() ?? 0
            guard most.isFinite else { throw ONNXNodeProblem.unsupported("has factors that are no numbers") }
            let scale = most > 1e-30 ? most / 127 : 1.0 / 127
            numbers = reals.map { Int8(max(-127, min(127, ($0 / scale).rounded()))) }
            quantization = ImportedQuantization(scale: scale, zeroPoint: 0)
        }
        integers.keep(numbers, quantization, as: part, of: name)
    }
}
