import Networks
import Torch

/// Rounds values and weights of a model as int8 does, while gradients pass straight through (Jacob et al., *Quantization and Training
/// of Neural Networks for Efficient Integer-Arithmetic-Only Inference*, CVPR 2018): set it on a model to train with what int8 will do.
public final class FakeQuantization {
    /// Scale and zero point of a value.
    public struct Value: Sendable {
        let scale: Double
        let zeroPoint: Int

        /// Of int8 numbers.
        public init(scale: Double, zeroPoint: Int) {
            self.scale = scale
            self.zeroPoint = zeroPoint
        }
    }

    private let values: [String: Value]
    private static let roundValue = Operator("aten::fake_quantize_per_tensor_affine")
    private static let roundWeights = Operator("aten::fake_quantize_per_channel_affine")
    private static let reach = Operator("aten::amax")

    /// Of the values of nodes, by their names; weights of convolutions, linear layers and attention are always rounded.
    public init(_ values: [String: Value]) { self.values = values }

    /// A node's value, rounded where it is one of those. Zero points outside of int8 stay as they are: such values have no 0, and are
    /// finer than any other.
    func value(_ tensor: Tensor, _ node: Node) throws -> Tensor {
        guard let value = values[node.name], (-128...127).contains(value.zeroPoint) else { return tensor }
        return try Self.roundValue([
            .tensor(tensor), .double(value.scale), .int(value.zeroPoint), .int(-128), .int(127),
        ])
    }

    /// A parameter, rounded with a scale for each of its outputs where it is a layer's weights.
    func weights(_ tensor: Tensor, _ name: String, of node: Node) throws -> Tensor {
        guard node.execution.traits.roundsWeights, tensor.shape.count > 1 else { return tensor }
        let outputs = tensor.shape[0]
        let scale = try Torch.withoutGradients {
            let rows = try tensor.detached().absolute().reshaped([outputs, -1])
            return try (Self.reach([.tensor(rows), .ints([1]), .bool(false)]) / 127).clamped(minimum: 1e-12)
        }
        let zeros = try Tensor.zeros([outputs], type: .int32).to(device: tensor.device)
        return try Self.roundWeights([
            .tensor(tensor), .tensor(scale), .tensor(zeros), .int(0), .int(-127), .int(127),
        ])
    }
}
