import Foundation
import Interchange
import Networks

// The way back from `.tflite`: sums in int32, tables and attention are many operators each, so the file says beside
// them of what they were made.

extension QuantizedModel {
    /// In the note's metadata: for each tensor of the model's file that the `.tflite` holds already the tensor there.
    private static let heldKey = "sapool-tflite"

    /// The model's own file but for the tensors that a `.tflite` holds already: its weights stand there once.
    func note(beside content: TFLiteContent) throws -> Safetensors {
        var places: [HeldTensor: Int] = [:]
        for (index, tensor) in content.tensors.enumerated() {
            for held in HeldTensor.all(of: tensor) where places[held] == nil { places[held] = index }
        }
        let whole = try file()
        var held: [String: Int] = [:]
        var rest = Safetensors(metadata: whole.metadata)
        for (name, tensor) in whole.tensors {
            if let place = places[HeldTensor(type: tensor.type, bytes: tensor.bytes)] {
                held[name] = place
            } else {
                rest[name] = tensor
            }
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        rest.metadata[Self.heldKey] = String(decoding: try encoder.encode(held), as: UTF8.self)
        return rest
    }

    /// The model that a `.tflite` of this project was made of; nil for any other, for one without a note, and where
    /// tensors or operators are not what was written.
    package init?(own file: TFLiteModel) {
        guard let note = file.note, let contents = try? Safetensors(bytes: Array(note)),
            let text = contents.metadata[Self.heldKey]?.data(using: .utf8),
            let held = try? JSONDecoder().decode([String: Int].self, from: text),
            let whole = Self.whole(contents, held, file), let model = try? QuantizedModel(whole),
            model.isInProportion(to: file),
            // A tool may have changed the operators and kept the note.
            let again = try? model.tfliteContent().serialized(), let other = try? TFLiteModel(bytes: again),
            file.computes(like: other)
        else { return nil }
        self = model
    }

    /// A note with the tensors that the `.tflite` holds; nil where it names others, or the same ones over and over.
    private static func whole(_ note: Safetensors, _ held: [String: Int], _ file: TFLiteModel) -> Safetensors? {
        var whole = Safetensors(metadata: note.metadata.filter { $0.key != heldKey })
        for (name, tensor) in note.tensors { whole[name] = tensor }
        var left = 2 * file.constantBytes + (1 << 16)
        for (name, place) in held {
            guard note[name] == nil, file.tensors.indices.contains(place) else { return nil }
            let tensor = file.tensors[place]
            let data: TensorData?
            switch name.prefix(while: { $0 != "/" }) {
            case "scales": data = tensor.quantization.flatMap { try? TensorData($0.scales) }
            case "numbers", "table": data = try? tensor.elements(.int8, as: .int8)
            case "bias": data = try? tensor.elements(.int32, as: .int32)
            default: data = nil
            }
            guard let data, data.bytes.count <= left else { return nil }
            left -= data.bytes.count
            whole[name] = data
        }
        return whole
    }

    /// Whether writing the model again takes no more work and memory than the file's size allows: a few lines that ask
    /// for gigabytes are no model of ours.
    private func isInProportion(to file: TFLiteModel) -> Bool {
        var (taps, numbers) = (0.0, 0.0)
        for node in network.nodes {
            if let window = node.operation.details.slidingWindow { taps += Double(window.kernel.area) }
            numbers += Double(node.shape.count)
            // Each sum that can come is looked at.
            if case .globalAveragePool = node.operation, let input = node.inputs.first {
                numbers += 255 * Double(network[input].shape.size.area)
            }
        }
        let size = Double(file.constantBytes + 64 * file.operators.count)
        return taps <= 256 * Double(file.operators.count) + 4096 && numbers <= 64 * size + Double(1 << 26)
    }
}

/// Numbers of a `.tflite` tensor, or its scales, as the model's file has them.
private struct HeldTensor: Hashable {
    let type: ElementType
    let bytes: [UInt8]

    static func all(of tensor: TFLiteContent.Tensor) -> [HeldTensor] {
        var all: [HeldTensor] = []
        if let data = tensor.data {
            if tensor.type == .int8 { all.append(HeldTensor(type: .int8, bytes: data)) }
            if tensor.type == .int32 { all.append(HeldTensor(type: .int32, bytes: data)) }
        }
        if !tensor.scales.isEmpty, let scales = try? TensorData(tensor.scales) {
            all.append(HeldTensor(type: .float32, bytes: scales.bytes))
        }
        return all
    }
}

extension TFLiteModel {
    /// The bytes of all constants.
    fileprivate var constantBytes: Int { tensors.reduce(0) { $0 + ($1.data?.count ?? 0) } }
}

extension TFLiteModel.Tensor {
    /// A constant's elements as a list; nil for other types and for what is computed.
    fileprivate func elements(_ wanted: TFLiteType, as type: ElementType) throws -> TensorData? {
        guard let data, self.type == wanted else { return nil }
        return try TensorData(type: type, shape: [count], bytes: Array(data))
    }
}
