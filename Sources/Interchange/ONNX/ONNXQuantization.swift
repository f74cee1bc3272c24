import Networks

/// What int8 rounds in a network, for an ONNX model in QDQ form: float operators between pairs of QuantizeLinear and DequantizeLinear,
/// which runtimes turn into integer ones.
public struct ONNXQuantization: Sendable {
    /// A value's scale and zero point.
    public struct Value: Sendable {
        let scale: Float
        let zeroPoint: Int

        /// Of int8 numbers. A zero point below −128 is that of a value that never comes near 0.
        public init(scale: Float, zeroPoint: Int) {
            self.scale = scale
            self.zeroPoint = zeroPoint
        }
    }

    /// By the names of the nodes that they are the values of; an attention's are `NAME.query`, `NAME.key` and `NAME.value`.
    public let values: [String: Value]
    /// By the names of parameters the scale of each output (the first dimension); the parameters are whole multiples of it.
    public let weights: [String: [Float]]

    /// A quantisation by its parts.
    public init(values: [String: Value], weights: [String: [Float]]) {
        self.values = values
        self.weights = weights
    }
}

extension ONNXGraphBuilder {
    /// A value as int8 holds it, where the quantisation knows it; otherwise the value itself.
    mutating func rounded(_ node: Node, _ name: String, _ value: String) -> String {
        guard let quantization = quantization?.values[name] else { return value }
        let part = name == node.name ? "int8" : "int8/\(name.split(separator: ".").last ?? "")"
        let scale = constant(node, "\(part)/scale", [quantization.scale], shape: [])
        let zeroName = "\(node.name)/\(part)/zero"
        let zero = max(-128, min(127, quantization.zeroPoint))
        insert(zeroName, .int8, [], [Int8(zero)])
        // What lies beyond int8's zero points is moved there and back.
        let distance = quantization.scale * Float(zero - quantization.zeroPoint)
        var (moved, shift) = (value, "")
        if distance != 0 {
            shift = constant(node, "\(part)/shift", [distance], shape: [])
            moved = step(node, "\(part)/moved", "Sub", [value, shift])
        }
        let numbers = step(node, "\(part)/quantized", "QuantizeLinear", [moved, scale, zeroName])
        let result = step(node, "\(part)/dequantized", "DequantizeLinear", [numbers, scale, zeroName])
        return distance == 0 ? result : step(node, "\(part)/back", "Add", [result, shift])
    }

    /// Weights as int8 numbers with a scale for each line of an axis.
    mutating func integerWeights(
        _ node: Node, _ part: String, _ values: [Float], _ scales: [Float], shape: [Int], axis: Int
    ) throws -> String {
        guard shape.indices.contains(axis), scales.count == shape[axis] else {
            throw InterchangeError("\(node.name): there are \(scales.count) scales for weights of shape \(shape)")
        }
        let inner = shape[(axis + 1)...].reduce(1, *)
        let numbers = values.enumerated().map { index, value -> Int8 in
            let number = (value / scales[index / max(1, inner) % scales.count]).rounded()
            return Int8(max(-127, min(127, number.isFinite ? number : 0)))
        }
        let name = "\(node.name)/\(part)/int8"
        insert(name, .int8, shape, numbers)
        let zeros = "\(node.name)/\(part)/zero"
        insert(zeros, .int8, [scales.count], [Int8](repeating: 0, count: scales.count))
        let scale = constant(node, "\(part)/scale", scales, shape: [scales.count])
        return step(node, "\(part)/dequantized", "DequantizeLinear", [name, scale, zeros], [.integer("axis", axis)])
    }
}
