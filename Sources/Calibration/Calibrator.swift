import Execution
import Networks
import Quantization
import Torch

/// Runs calibration images through a float network and notes what each value of the device looks like.
public struct Calibrator {
    private let reference: FloatReference
    private let observed: [(name: String, channels: Int)]
    /// For each attention the value that it reads.
    private let operands: [(node: Node, operand: String)]

    /// A calibrator of a network.
    ///
    /// - Throws: `QuantizationError` that names a node which no int8 kernel computes.
    public init(_ reference: FloatReference) throws {
        self.reference = reference
        observed = try reference.float.observedValues()
        operands = try DeviceStep.all(of: reference.float.network).flatMap { step in
            step.parts.compactMap { part in
                guard case .operation(let node, _) = part, case .multiHeadAttention = node.operation,
                    let operand = step.operands.first
                else { return nil }
                return (node, operand.name)
            }
        }
    }

    /// Statistics of each value, by its name.
    ///
    /// - Parameter progress: told now and then how many images are done.
    public func statistics(
        _ images: CalibrationImages, progress: (Int) -> Void = { _ in }
    ) throws -> [String: ValueStatistics] {
        var result: [String: ValueStatistics] = [:]
        for (name, channels) in observed { result[name] = ValueStatistics(channels: channels) }
        let names = observed.map(\.name) + operands.map(\.operand)
        var done = 0
        for batch in images.batches {
            done += batch.count
            defer { progress(done) }
            try Torch.withoutGradients {
                let values = try reference.values(of: names, images.tensor(batch, reference.model))
                for (name, tensor) in values { try add(tensor, to: &result[name]) }
                for (node, operand) in operands {
                    guard let tokens = values[operand] else { continue }
                    for (part, tensor) in try projections(node, tokens) { try add(tensor, to: &result[part]) }
                }
            }
        }
        return result
    }

    /// Queries, keys and values of an attention, `[B, d, h, w]` each.
    private func projections(_ node: Node, _ tokens: Tensor) throws -> [(String, Tensor)] {
        let (weight, bias) = (
            try reference.model.parameters.tensor("\(node.name).in_proj_weight"),
            try reference.model.parameters.tensor("\(node.name).in_proj_bias")
        )
        let channels = tokens.shape[1]
        let sequence = try tokens.permuted([0, 2, 3, 1])
        return try ["query", "key", "value"].enumerated().map { index, part in
            let rows = index * channels..<(index + 1) * channels
            let projected = try sequence.linear(weight: weight.sliced(0, rows), bias: bias.sliced(0, rows))
            return ("\(node.name).\(part)", try projected.permuted([0, 3, 1, 2]))
        }
    }

    private func add(_ tensor: Tensor, to statistics: inout ValueStatistics?) throws {
        let shape = tensor.shape
        guard statistics != nil, shape.count > 1 else { return }
        let plane = shape.dropFirst(2).reduce(1, *)
        let numbers = try tensor.array(of: Float.self)
        numbers.withUnsafeBufferPointer { numbers in
            for index in 0..<shape[0] * shape[1] {
                let part = UnsafeBufferPointer(rebasing: numbers[index * plane..<(index + 1) * plane])
                statistics?.add(part, channel: index % shape[1])
            }
        }
    }
}
