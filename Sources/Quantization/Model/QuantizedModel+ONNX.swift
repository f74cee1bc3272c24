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
        var steps: [Node.ID: DeviceStep] = [:]
        for step in try DeviceStep.all(of: network) {
            for part in step.parts {
                let names = [part.last.name] + ["query", "key", "value"].map { "\(part.last.name).\($0)" }
                for name in names {
                    guard let value = values[name] else { continue }
                    finished[name] = ONNXQuantization.Value(scale: Float(value.scale), zeroPoint: value.zeroPoint)
                }
            }
            if case .operation(let node, _) = step.parts[0] { steps[node.id] = step }
        }
        var real = RealParameters()
        for node in network.nodes {
            try node.operation.int8.addReal(IntegerNode(model: self, node: node, step: steps[node.id]), to: &real)
        }
        return ONNXExport(
            network,
            weights: Safetensors(real.tensors.sorted { $0.key < $1.key }.map { (name: $0.key, tensor: $0.value) }),
            metadata: metadata, quantization: ONNXQuantization(values: finished, weights: real.scales))
    }
}
