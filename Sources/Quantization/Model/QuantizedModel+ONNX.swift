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
        let steps = try DeviceStep.all(of: network)
        for part in steps.flatMap(\.parts) {
            let names = [part.last.name] + ["query", "key", "value"].map { "\(part.last.name).\($0)" }
            for name in names {
                guard let value = values[name] else { continue }
                finished[name] = ONNXQuantization.Value(scale: Float(value.scale), zeroPoint: value.zeroPoint)
            }
        }
        let real = try realParameters(steps)
        return ONNXExport(
            network, weights: real.state, metadata: metadata,
            quantization: ONNXQuantization(values: finished, weights: real.scales))
    }

    /// Its parameters as real numbers, under the names and in the shapes that its network has them in float.
    ///
    /// - Throws: `QuantizationError` where the model lacks something.
    package func realParameters() throws -> Safetensors { try realParameters(DeviceStep.all(of: network)).state }

    private func realParameters(_ all: [DeviceStep]) throws -> RealParameters {
        var steps: [Node.ID: DeviceStep] = [:]
        for step in all {
            if case .operation(let node, _) = step.parts[0] { steps[node.id] = step }
        }
        var real = RealParameters()
        for node in network.nodes {
            try node.operation.int8.addReal(IntegerNode(model: self, node: node, step: steps[node.id]), to: &real)
        }
        return real
    }
}
