import Foundation
import Interchange
import Networks
import Planning

extension QuantizedModel {
    /// The model for every other runtime: an ONNX model in QDQ form, its input normalised as in training.
    ///
    /// Its scales, weights and biases are this model's; runtimes round sums in float where the kernels here have fixed point, so results
    /// differ by a step now and then. What the graph does not say (classes, tables, scales in double precision …) stands in its properties, so that
    /// `init(own:)` gets the model back as it was.
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
        var metadata = metadata
        metadata[Self.ownKey] = try Data(withoutWeightsOfTheGraph(steps).serialized()).base64EncodedString()
        return ONNXExport(
            network, weights: real.state, metadata: metadata,
            quantization: ONNXQuantization(values: finished, weights: real.scales))
    }

    /// Its parameters as real numbers, under the names and in the shapes that its network has them in float.
    ///
    /// - Throws: `QuantizationError` where the model lacks something.
    package func realParameters() throws -> Safetensors { try realParameters(DeviceStep.all(of: network)).state }

    // MARK: - The way back

    /// The property that holds the model's own file but for the weights that the graph has.
    private static let ownKey = "sapool-int8"

    /// The constant of the graph that holds a layer's whole weights.
    private static func constant(_ layer: String) -> String { "\(layer)/weight/int8" }

    /// The layers whose whole weights the graph has, with their places in the kernel's order.
    private func layersOfTheGraph(_ steps: [DeviceStep]) -> [(name: String, place: (Int) -> Int)] {
        steps.compactMap { step in
            guard case .operation(let node, _) = step.parts[0], let place = node.operation.int8.kernelPlace(step) else {
                return nil
            }
            return (node.name, place)
        }
    }

    private func withoutWeightsOfTheGraph(_ steps: [DeviceStep]) throws -> Safetensors {
        var rest = self
        for (name, _) in layersOfTheGraph(steps) where weights[name]?.numbers.contains(-128) == false {
            rest.weights[name]?.numbers = []
        }
        return try rest.file()
    }

    /// The model that an ONNX model of this project was made of; nil for any other, and where the graph is not what was written.
    package init?(own file: ONNXFile) {
        guard let text = file.properties[Self.ownKey], let data = Data(base64Encoded: text),
            let contents = try? Safetensors(bytes: [UInt8](data)), var model = try? QuantizedModel(contents),
            file.isInProportion(model.network), let steps = try? DeviceStep.all(of: model.network)
        else { return nil }
        let constants = file.wholeConstants
        for (name, place) in model.layersOfTheGraph(steps) where model.weights[name]?.numbers.isEmpty == true {
            guard let stored = constants[Self.constant(name)] else { return nil }
            var numbers = stored
            for (index, number) in stored.enumerated() {
                let target = place(index)
                guard numbers.indices.contains(target) else { return nil }
                numbers[target] = number
            }
            model.weights[name]?.numbers = numbers
        }
        // A tool may have changed the graph and kept its properties.
        guard (try? KernelProgram(model)) != nil, let again = try? model.onnxExport(), file.holds(again) else {
            return nil
        }
        self = model
    }

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
