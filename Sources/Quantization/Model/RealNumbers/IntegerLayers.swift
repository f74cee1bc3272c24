import Interchange
import Networks

// Operations with parameters.

extension Convolution: IntegerOperation {
    func addReal(_ integers: IntegerNode, to real: inout RealParameters) throws {
        guard let step = integers.step else { return }
        let name = integers.node.name
        let (depth, taps) = (inputChannels / groups, window.kernel.area)
        let shape = [outputChannels, depth] + window.kernel.pair
        var layer = try integers.layer(name)
        guard layer.numbers.count == shape.reduce(1, *) else {
            throw QuantizationError("\(name): the int8 model has no weights for it")
        }
        // Output channels outermost, then as PyTorch has it.
        let numbers = layer.numbers
        layer.numbers = (0..<numbers.count).map { index in
            let (output, channel, tap) = (index / (depth * taps), index / taps % depth, index % taps)
            return isDepthwise
                ? numbers[tap * outputChannels + output] : numbers[(output * taps + tap) * depth + channel]
        }
        let values = integers.real(layer, try integers.input(of: step))
        real.tensors["\(name).weight"] = try TensorData(values.weights, shape: shape)
        if bias { real.tensors["\(name).bias"] = try TensorData(values.bias) }
        real.scales["\(name).weight"] = values.scales
    }
}

extension Linear: IntegerOperation {
    func addReal(_ integers: IntegerNode, to real: inout RealParameters) throws {
        guard let step = integers.step else { return }
        let (name, input) = (integers.node.name, try integers.input(of: step))
        let values = integers.real(try integers.layer(name), input)
        let (channels, area) = (step.operandShapes[0].channels, step.operandShapes[0].size.area)
        let weights = values.weights.indices.map { index in
            let (row, column) = (index / inputFeatures, index % inputFeatures)
            return values.weights[row * inputFeatures + column % area * channels + column / area]
        }
        real.tensors["\(name).weight"] = try TensorData(weights, shape: [outputFeatures, inputFeatures])
        if bias { real.tensors["\(name).bias"] = try TensorData(values.bias) }
        real.scales["\(name).weight"] = values.scales
    }
}

extension MultiHeadAttention: IntegerOperation {
    func addReal(_ integers: IntegerNode, to real: inout RealParameters) throws {
        guard let step = integers.step else { return }
        let (name, input) = (integers.node.name, try integers.input(of: step))
        let parts = try ["query", "key", "value"].map { integers.real(try integers.layer("\(name).\($0)"), input) }
        guard let inner = integers.model.values["\(name).value"] else {
            throw QuantizationError("\(name): the int8 model has no scale for its values")
        }
        let output = integers.real(try integers.layer("\(name).output"), inner)
        real.tensors["\(name).in_proj_weight"] = try TensorData(
            parts.flatMap(\.weights), shape: [3 * channels, channels])
        real.tensors["\(name).in_proj_bias"] = try TensorData(parts.flatMap(\.bias))
        real.tensors["\(name).out_proj.weight"] = try TensorData(output.weights, shape: [channels, channels])
        real.tensors["\(name).out_proj.bias"] = try TensorData(output.bias)
        real.scales["\(name).in_proj_weight"] = parts.flatMap(\.scales)
        real.scales["\(name).out_proj.weight"] = output.scales
    }
}

extension PositionEmbedding: IntegerOperation {
    func addReal(_ integers: IntegerNode, to real: inout RealParameters) throws {
        guard self.table == .learned else { return }
        let node = integers.node
        guard let table = integers.model.weights[node.name], let value = integers.model.values["\(node.name).table"]
        else { throw QuantizationError("\(node.name): the int8 model has no table for it") }
        let half = channels / 2
        let numbers = table.numbers.map { Float(value.real(of: $0)) }
        let split = min(numbers.count, node.shape.width * half)
        func padded(_ lines: some Collection<Float>) throws -> TensorData {
            let missing = max(0, PositionEmbedding.maximumSide * half - lines.count)
            return try TensorData(
                Array(lines) + [Float](repeating: 0, count: missing), shape: [PositionEmbedding.maximumSide, half])
        }
        real.tensors["\(node.name).col_embed.weight"] = try padded(numbers[..<split])
        real.tensors["\(node.name).row_embed.weight"] = try padded(numbers[split...])
    }
}

extension Scale: IntegerOperation {
    func addReal(_ integers: IntegerNode, to real: inout RealParameters) throws {
        guard isLearned else { return }
        let name = integers.node.name
        guard let shape else {
            throw QuantizationError(
                "\(name): a learned factor lives on in a table alone, which has no form in ONNX: export the float model"
            )
        }
        guard let factors = integers.model.weights[name], let value = integers.model.values["\(name).factor"] else {
            throw QuantizationError("\(name): the int8 model has no factors for it")
        }
        real.tensors["\(name).factor"] = try TensorData(
            factors.numbers.map { Float(value.real(of: $0)) }, shape: shape.dimensions)
    }
}
