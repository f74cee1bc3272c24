import Interchange
import Networks

/// What pruning has to know of an operation: how the channels of its inputs and its output hang together, and what is left of it when
/// some of them go.
protocol ChannelFacts {
    /// Ties channels of which one cannot go without the other, and fixes those that have to stay. Where it does neither, the output's
    /// channels are its own.
    func tie(_ node: Node, in network: Network, _ ties: inout ChannelTies)

    /// The operation with the channels that are left; nil where it is the same for any number of them.
    func pruned(_ kept: KeptChannels) -> Operation?

    /// What is left of a parameter.
    ///
    /// - Parameter parameter: its name, relative to the node.
    func slice(_ tensor: TensorData, _ parameter: String, _ kept: KeptChannels) throws -> TensorData

    /// Which of its parameters say how much a channel of its output counts.
    var importance: ChannelWeight { get }
}

/// An operation that is the same for any number of channels, and has no parameters for them: there is only to tell how they hang together.
protocol UnchangedByPruning: ChannelFacts {}

extension UnchangedByPruning {
    func pruned(_ kept: KeptChannels) -> Operation? { nil }
    func slice(_ tensor: TensorData, _ parameter: String, _ kept: KeptChannels) throws -> TensorData { tensor }
    var importance: ChannelWeight { .none }
}

/// An operation that computes each channel of its output from that channel of its operands alone.
protocol ChannelwiseFacts: UnchangedByPruning {}

extension ChannelwiseFacts {
    func tie(_ node: Node, in network: Network, _ ties: inout ChannelTies) { ties.tieEach(node) }
}

/// Which parameters of an operation say how much a channel of its output counts.
enum ChannelWeight {
    case none
    /// `weight` holds a filter a channel.
    case filters
    /// `weight` holds a factor a channel, of a batch normalisation.
    case scales
}

/// What is left of a node's channels.
struct KeptChannels {
    /// Those that its output keeps.
    let output: [Int]
    /// Those that its first input keeps.
    let input: [Int]
}

private struct ChannelReader: OperationReader {
    typealias Answer = any ChannelFacts

    func read<Details: ChannelFacts>(_ details: Details) -> any ChannelFacts { details }
}

extension Operation {
    /// What pruning knows of it.
    var channels: any ChannelFacts { read(by: ChannelReader()) }
}
