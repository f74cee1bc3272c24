import Networks
import Torch

/// What this module has to know of an operation.
protocol OperationExecution {
    /// What else may be done with it than to compute it.
    var traits: ExecutionTraits { get }

    /// Its value.
    ///
    /// - Parameter inputs: values of the nodes that it takes, in its order; at least one.
    func output(_ inputs: [Tensor], _ run: NodeRun) throws -> Tensor
}

/// What may be done with an operation: all of it states this, most of them `plain`.
struct ExecutionTraits {
    /// What it is to a program that computes several nodes at once.
    enum Part {
        case alone
        case convolution(Convolution)
        case normalisation(BatchNorm)
        case activation(Activation.Function)
        /// A product with a number that training does not change.
        case factor(Double)
        /// A pooling whose weights may be made of logits on the way.
        case pooling(any WeightedPooling)
    }

    var part = Part.alone
    /// Whether training with int8's rounding rounds its parameters of more than one dimension, with a scale for each of the first's lines.
    var roundsWeights = false
    /// Whether each channel of its output is linear in the parameters that it has for that channel.
    var scalesChannels = false
    var inspection = Inspection.none

    /// An operation that is computed, and nothing else.
    static let plain = ExecutionTraits()
}

/// What there is to look at in an operation, beside its value.
package enum Inspection {
    case none
    /// Its second input, which weighs the pixels of its first.
    case weights(any WeightedPooling)
    /// What each position takes from each.
    case attention(MultiHeadAttention)
}

/// A pooling by weights, which are its second input.
package protocol WeightedPooling: Sendable {
    /// Weighted mean of each window: X `[B, C, H, W]`, logits `[B, C, h, w]` whose weights count as if upsampled.
    func pooled(_ x: Tensor, logits: Tensor, _ weighting: WindowWeighting, in model: Model) throws -> Tensor

    /// What each pixel counts, in units of what it counts in average pooling, `[B, C, H, W]`: 1 as much, k² where it alone counts in its
    /// k × k window, 0 where it does not count.
    ///
    /// - Parameters:
    ///   - map: height and width of what is pooled.
    ///   - weights: `[B, C, h, w]`; each stands for a block of pixels where there are fewer than these.
    func shares(map: [Int], weights: Tensor) throws -> Tensor
}

/// A node that is being computed.
struct NodeRun {
    let model: Model
    let node: Node
    let training: Bool

    /// A parameter of the node.
    func parameter(_ name: String) throws -> Tensor { try model.parameter(name, of: node) }
}

private struct ExecutionReader: OperationReader {
    typealias Answer = any OperationExecution

    func read<Details: OperationExecution>(_ details: Details) -> any OperationExecution { details }
}

extension Node {
    /// What this module knows of its operation.
    var execution: any OperationExecution { operation.read(by: ExecutionReader()) }

    /// What it is to a program that computes several nodes at once.
    var part: ExecutionTraits.Part { execution.traits.part }

    /// What there is to look at in it.
    package var inspection: Inspection { execution.traits.inspection }

    /// Whether each channel of its output is linear in the parameters that it has for that channel.
    package var scalesChannels: Bool { execution.traits.scalesChannels }
}
