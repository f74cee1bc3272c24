import Interchange
import Networks

/// Parameters as real numbers.
struct RealParameters {
    /// By their names.
    var tensors: [String: TensorData] = [:]
    /// By the names of weights the scale of each output; the weights are whole multiples of it.
    var scales: [String: [Float]] = [:]

    /// The parameters as a file holds them, in the order of their names.
    var state: Safetensors { Safetensors(tensors.sorted { $0.key < $1.key }.map { (name: $0.key, tensor: $0.value) }) }
}

/// What an int8 model holds of a node.
struct IntegerNode {
    let model: QuantizedModel
    let node: Node
    /// The step that begins with the node; nil where it stands behind others, or is never computed.
    let step: DeviceStep?

    /// Weights as real numbers, biases and scales of a layer.
    typealias Real = (weights: [Float], bias: [Float], scales: [Float])

    /// A layer's weights.
    func layer(_ name: String) throws -> QuantizedModel.Weights {
        guard let layer = model.weights[name], !layer.scales.isEmpty else {
            throw QuantizationError("\(name): the int8 model has no weights for it")
        }
        return layer
    }

    /// The scale and zero point of what a step reads.
    func input(of step: DeviceStep) throws -> AffineQuantization {
        guard let name = step.operands.first?.name, let value = model.values[name] else {
            throw QuantizationError("\(node.name): the int8 model has no scale for what it reads")
        }
        return value
    }

    /// A layer whose weights are integers, output channels outermost, as real numbers.
    func real(_ layer: QuantizedModel.Weights, _ input: AffineQuantization) -> Real {
        let inputs = max(1, layer.numbers.count / layer.scales.count)
        let numbers = layer.numbers.enumerated().map { Float($1) * layer.scales[$0 / inputs % layer.scales.count] }
        let bias = zip(layer.bias, layer.scales).map { Float(Double($0) * input.scale * Double($1)) }
        return (numbers, bias, layer.scales)
    }
}
