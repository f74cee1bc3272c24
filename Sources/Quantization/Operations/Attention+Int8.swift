import Foundation
import Interchange
import Networks

extension MultiHeadAttention: Int8Operation {
    var innerValues: [InnerValue] { ["query", "key", "value"].map { InnerValue(name: $0, channels: channels) } }
    var outputRange: OutputRange { .calibrated }
    var weightOperand: Int? { nil }
    func function(_ node: Node, _ float: FloatNetwork) -> ((Double) -> Double)? { nil }

    func quantize(_ node: Node, _ step: DeviceStep, _ quantizer: inout Quantizer) throws(QuantizationError) {
        let operand = step.operands[0].name
        let (name, size) = (node.name, channels * channels)
        let packed = try quantizer.float.parameter("\(name).in_proj_weight")
        let biases = try quantizer.float.parameter("\(name).in_proj_bias")
        let input = try quantizer.value(operand).scale
        let means = try quantizer.means(operand)
        for (index, part) in innerValues.enumerated() {
            let layer = WeightQuantization(
                weights: Array(packed[index * size..<(index + 1) * size]),
                bias: Array(biases[index * channels..<(index + 1) * channels]))
            quantizer.weights["\(name).\(part.name)"] = layer.quantized(inputScale: input, means: means)
        }
        // Weighted means of values: their mean is unknown, but near that of the values.
        let output = WeightQuantization(
            weights: try quantizer.float.parameter("\(name).out_proj.weight"),
            bias: try quantizer.float.parameter("\(name).out_proj.bias"))
        quantizer.weights["\(name).output"] = output.quantized(
            inputScale: try quantizer.value("\(name).value").scale, means: try quantizer.means("\(name).value"))
    }

    func kernel(
        _ place: KernelWriter.Place, _ limits: KernelWriter.Limits, _ writer: inout KernelWriter
    ) throws(QuantizationError) -> Kernel {
        let name = place.name
        let zero = try writer.zeroPoint(place, 0)
        var inner: [AffineQuantization] = []
        for part in innerValues {
            let quantization = try writer.quantization("\(name).\(part.name)")
            guard quantization.zeroPoint == 0 else {
                throw QuantizationError(
                    "\(name).\(part.name): its zero point is \(quantization.zeroPoint), and kernels take 0")
            }
            inner.append(quantization)
        }
        let depth = Double(channels / heads)
        let octaves = FixedPointScale(inner[0].scale * inner[1].scale * 256 * M_LOG2E / depth.squareRoot())
        try writer.requireBounded(name, 2 * 128 * 128 * depth, octaves)
        // A shift of more than 31 − 8 bits of the sums is excluded by `weightBits`.
        guard place.shape.size.area < 1 << 20 else {
            throw QuantizationError(
                "\(name): attention over \(place.shape.size) tokens is beyond int8 kernels: use a larger patch")
        }
        func projection(
            _ part: String, _ input: AffineQuantization, _ output: AffineQuantization
        ) throws(QuantizationError) -> KernelProjection {
            let (weights, scaling) = try writer.weighted(
                "\(name).\(part)", [channels, channels], input, output, KernelWriter.Limits())
            return KernelProjection(weights: weights, scaling: scaling)
        }
        return .attention(
            heads: heads, zero: zero, octaves: octaves,
            query: try projection("query", place.inputs[0], inner[0]),
            key: try projection("key", place.inputs[0], inner[1]),
            value: try projection("value", place.inputs[0], inner[2]),
            output: try projection("output", inner[2], place.output))
    }

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

extension PositionEmbedding: Int8Operation {
    var innerValues: [InnerValue] { [] }
    var outputRange: OutputRange { .calibrated }
    var weightOperand: Int? { nil }
    func function(_ node: Node, _ float: FloatNetwork) -> ((Double) -> Double)? { nil }

    func quantize(_ node: Node, _ step: DeviceStep, _ quantizer: inout Quantizer) throws(QuantizationError) {
        let (half, shape) = (channels / 2, step.outputShape)
        func lines(_ parameter: String, _ count: Int) throws(QuantizationError) -> [Double] {
            guard self.table == .learned else { return PositionEmbedding.sines(positions: count, channels: half) }
            return try quantizer.float.parameter("\(node.name).\(parameter)").prefix(count * half).map(Double.init)
        }
        let numbers = try lines("col_embed.weight", shape.width) + lines("row_embed.weight", shape.height)
        let table = AffineQuantization(covering: (numbers.min() ?? 0)...(numbers.max() ?? 0))
        quantizer.values["\(node.name).table"] = table
        quantizer.weights[node.name] = QuantizedModel.Weights(
            numbers: numbers.map(table.number), scales: [Float(table.scale)])
    }

    func kernel(
        _ place: KernelWriter.Place, _ limits: KernelWriter.Limits, _ writer: inout KernelWriter
    ) throws(QuantizationError) -> Kernel {
        let (name, input, shape) = (place.name, place.inputs[0], place.shape)
        let (weights, table) = (try writer.weights(name), try writer.quantization("\(name).table"))
        let half = shape.channels / 2
        guard weights.numbers.count == (shape.width + shape.height) * half, shape.channels % 2 == 0,
            (-128...127).contains(table.zeroPoint), (-128...127).contains(input.zeroPoint)
        else { throw QuantizationError("\(name): its tables of positions do not fit its map \(shape)") }
        let (first, second, scaling) = try writer.addition(name, input, table, place.output, KernelWriter.Limits())
        let columns = Array(weights.numbers.prefix(shape.width * half))
        let rows = Array(weights.numbers.dropFirst(shape.width * half))
        return .addPosition(
            AddendScaling(zero: input.zeroPoint, scale: first),
            columns: writer.add(name, "columns", [shape.width, half], .int8(columns)),
            rows: writer.add(name, "rows", [shape.height, half], .int8(rows)),
            AddendScaling(zero: table.zeroPoint, scale: second), scaling)
    }

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
