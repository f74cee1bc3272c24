import Interchange
import Networks
import Planning

extension QuantizedModel {
    /// The model for every other runtime: an ONNX model in QDQ form, its input normalised as in training.
    ///
    /// Its scales, weights and biases are this model's; runtimes round sums in float where the kernels here have fixed point, so results
    /// differ by a step now and then.
    ///
    /// - Throws: `QuantizationError` where the model lacks something.
    public func onnxExport(metadata: [String: String] = [:]) throws -> ONNXExport {
        var finished: [String: ONNXQuantization.Value] = [:]
        var parameters: [String: TensorData] = [:]
        var scales: [String: [Float]] = [:]
        for step in try DeviceStep.all(of: network) {
            for part in step.parts {
                let names = [part.last.name] + ["query", "key", "value"].map { "\(part.last.name).\($0)" }
                for name in names {
                    guard let value = values[name] else { continue }
                    finished[name] = ONNXQuantization.Value(scale: Float(value.scale), zeroPoint: value.zeroPoint)
                }
            }
            guard case .operation(let node, _) = step.parts[0] else { continue }
            try add(node, step, to: &parameters, &scales)
        }
        for node in network.nodes { try addTables(node, to: &parameters) }
        return ONNXExport(
            network,
            weights: Safetensors(parameters.sorted { $0.key < $1.key }.map { (name: $0.key, tensor: $0.value) }),
            metadata: metadata, quantization: ONNXQuantization(values: finished, weights: scales))
    }

    /// A layer's weights and biases as real numbers, in PyTorch's order.
    private func add(
        _ node: Node, _ step: DeviceStep, to parameters: inout [String: TensorData], _ scales: inout [String: [Float]]
    ) throws {
        func input() throws -> AffineQuantization {
            guard let name = step.operands.first?.name, let value = values[name] else {
                throw QuantizationError("\(node.name): the int8 model has no scale for what it reads")
            }
            return value
        }
        let prefix = node.name
        switch node.operation {
        case .convolution(let details):
            let (depth, taps) = (details.inputChannels / details.groups, details.window.kernel.area)
            let shape = [details.outputChannels, depth] + details.window.kernel.pair
            guard var layer = weights[prefix], layer.numbers.count == shape.reduce(1, *) else {
                throw QuantizationError("\(prefix): the int8 model has no weights for it")
            }
            // Output channels outermost, then as PyTorch has it.
            let numbers = layer.numbers
            layer.numbers = (0..<numbers.count).map { index in
                let (output, channel, tap) = (index / (depth * taps), index / taps % depth, index % taps)
                return details.isDepthwise
                    ? numbers[tap * details.outputChannels + output] : numbers[(output * taps + tap) * depth + channel]
            }
            var model = self
            model.weights[prefix] = layer
            let real = try model.realWeights(prefix, try input())
            parameters["\(prefix).weight"] = try TensorData(real.weights, shape: shape)
            if details.bias { parameters["\(prefix).bias"] = try TensorData(real.bias) }
            scales["\(prefix).weight"] = real.scales
        case .linear(let details):
            let real = try realWeights(prefix, try input())
            let (channels, area) = (step.operandShapes[0].channels, step.operandShapes[0].size.area)
            let weights = real.weights.indices.map { index in
                let (row, column) = (index / details.inputFeatures, index % details.inputFeatures)
                return real.weights[row * details.inputFeatures + column % area * channels + column / area]
            }
            parameters["\(prefix).weight"] = try TensorData(
                weights, shape: [details.outputFeatures, details.inputFeatures])
            if details.bias { parameters["\(prefix).bias"] = try TensorData(real.bias) }
            scales["\(prefix).weight"] = real.scales
        case .multiHeadAttention(let details):
            let parts = try ["query", "key", "value"].map { try realWeights("\(prefix).\($0)", try input()) }
            guard let inner = values["\(prefix).value"] else {
                throw QuantizationError("\(prefix): the int8 model has no scale for its values")
            }
            let output = try realWeights("\(prefix).output", inner)
            let size = details.channels
            parameters["\(prefix).in_proj_weight"] = try TensorData(parts.flatMap(\.weights), shape: [3 * size, size])
            parameters["\(prefix).in_proj_bias"] = try TensorData(parts.flatMap(\.bias))
            parameters["\(prefix).out_proj.weight"] = try TensorData(output.weights, shape: [size, size])
            parameters["\(prefix).out_proj.bias"] = try TensorData(output.bias)
            scales["\(prefix).in_proj_weight"] = parts.flatMap(\.scales)
            scales["\(prefix).out_proj.weight"] = output.scales
        default: return
        }
    }

    /// Real weights, biases and scales of a layer.
    private func realWeights(
        _ name: String, _ input: AffineQuantization
    ) throws -> (weights: [Float], bias: [Float], scales: [Float]) {
        guard let layer = weights[name], !layer.scales.isEmpty else {
            throw QuantizationError("\(name): the int8 model has no weights for it")
        }
        let inputs = max(1, layer.numbers.count / layer.scales.count)
        let numbers = layer.numbers.enumerated().map { Float($1) * layer.scales[$0 / inputs % layer.scales.count] }
        let bias = zip(layer.bias, layer.scales).map { Float(Double($0) * input.scale * Double($1)) }
        return (numbers, bias, layer.scales)
    }

    /// Positions and factors as real numbers.
    private func addTables(_ node: Node, to parameters: inout [String: TensorData]) throws {
        switch node.operation {
        case .positionEmbedding(let details) where details.table == .learned:
            guard let table = weights[node.name], let value = values["\(node.name).table"] else {
                throw QuantizationError("\(node.name): the int8 model has no table for it")
            }
            let half = details.channels / 2
            let numbers = table.numbers.map { Float(value.real(of: $0)) }
            let split = min(numbers.count, node.shape.width * half)
            func padded(_ lines: some Collection<Float>) throws -> TensorData {
                let missing = max(0, PositionEmbedding.maximumSide * half - lines.count)
                return try TensorData(
                    Array(lines) + [Float](repeating: 0, count: missing), shape: [PositionEmbedding.maximumSide, half])
            }
            parameters["\(node.name).col_embed.weight"] = try padded(numbers[..<split])
            parameters["\(node.name).row_embed.weight"] = try padded(numbers[split...])
        case .scale(let details) where details.isLearned:
            guard let shape = details.shape else {
                throw QuantizationError(
                    "\(node.name): a learned factor lives on in a table alone, which has no form in ONNX: export the float model"
                )
            }
            guard let factors = weights[node.name], let value = values["\(node.name).factor"] else {
                throw QuantizationError("\(node.name): the int8 model has no factors for it")
            }
            parameters["\(node.name).factor"] = try TensorData(
                factors.numbers.map { Float(value.real(of: $0)) }, shape: shape.dimensions)
        default: return
        }
    }
}
