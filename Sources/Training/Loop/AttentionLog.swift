import Files
import Datasets
import Execution
import Foundation
import Interchange
import Networks
import Torch

/// How far a network's attention is from even after an epoch, and its pooling from averaging: a line of `attention.jsonl`.
public struct AttentionMetrics: Sendable, Equatable, Codable {
    /// Counted from 1; 0 for the network as it starts.
    public var epoch: Int
    /// Of each self-attention, by its name: entropy of what a token takes from the others over its largest value, log N; mean over
    /// tokens, heads and images. 1 is even: every token takes the same from each.
    public var entropies: [String: Double]
    /// Of each pooling with weights, by its name: standard deviation of the pixels' shares, where 1 is what a pixel counts in average
    /// pooling. 0 is average pooling.
    public var shareDeviations: [String: Double]

    enum CodingKeys: String, CodingKey {
        case epoch, entropies
        case shareDeviations = "share_deviations"
    }
}

/// Looks at a network's attention on the same few evaluation images after each epoch, and writes what it finds.
package struct AttentionLog {
    private let network: Network
    private let pools: [(node: Node, details: WindowPool)]
    private let attentions: [(node: Node, details: MultiHeadAttention)]
    private let images: Tensor
    private let path: String

    /// The most probabilities that are held at a time.
    private static let maximumProbabilities = 1 << 24

    /// A log of a network that has poolings with weights; nil for one that has none.
    ///
    /// - Parameter images: normalised, `[B, C, H, W]`.
    package init?(_ network: Network, images: Tensor, path: String) {
        pools = network.liveNodes.compactMap {
            if case .windowPool(let details) = $0.operation { ($0, details) } else { nil }
        }
        attentions = network.liveNodes.compactMap {
            if case .multiHeadAttention(let details) = $0.operation { ($0, details) } else { nil }
        }
        guard !pools.isEmpty || !attentions.isEmpty else { return nil }
        let shown = pools.map { $0.node.inputs[1] } + attentions.map { $0.node.inputs[0] }
        self.network = network.showing(shown)
        self.images = images
        self.path = path
    }

    /// What the network's parameters make of the images.
    package func metrics(_ parameters: Parameters, epoch: Int) throws -> AttentionMetrics {
        let model = Model(network, parameters: parameters)
        let values = try Torch.withoutGradients { try model.outputs(images) }
        var metrics = AttentionMetrics(epoch: epoch, entropies: [:], shareDeviations: [:])
        for (pool, weights) in zip(pools, values) {
            let map = network[pool.node.inputs[0]].shape.size.pair
            let shares = try pool.details.shares(map: map, weights: weights.detached())
            metrics.shareDeviations[pool.node.name] = try Torch.withoutGradients {
                let difference = try shares - 1
                return try (difference * difference).mean().item().squareRoot()
            }
        }
        for (attention, tokens) in zip(attentions, values.dropFirst(pools.count)) {
            metrics.entropies[attention.node.name] = try Torch.withoutGradients {
                try entropy(model, attention.node, attention.details, tokens)
            }
        }
        return metrics
    }

    private func entropy(
        _ model: Model, _ node: Node, _ details: MultiHeadAttention, _ tokens: Tensor
    ) throws -> Double {
        let count = tokens.shape[2] * tokens.shape[3]
        guard count > 1 else { return 1 }
        let (square, overflow) = (count * details.heads).multipliedReportingOverflow(by: count)
        let images = overflow ? 1 : max(1, min(tokens.shape[0], Self.maximumProbabilities / square))
        let shares = try model.attentionProbabilities(of: node, details, tokens.sliced(0, 0..<images))
        // A share of 0 adds nothing: 0 · log 0 is taken as 0.
        let sums = try (shares * shares.clamped(minimum: 1e-30).log()).sum([3])
        return try -sums.mean().item() / log(Double(count))
    }

    /// Adds a line, in the place of those of the same and later epochs, which a resumed run does again.
    func append(_ metrics: AttentionMetrics) throws {
        let lines = try Self.read(path).prefix { $0.epoch < metrics.epoch } + [metrics]
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        try AtomicFile.replace(path) { file in
            for line in lines { try file.append([UInt8](encoder.encode(line)) + [UInt8(ascii: "\n")]) }
        }
    }

    /// The lines of a log; none where there is no file. A last line that breaks off is none.
    ///
    /// - Throws: `TrainingError` where another is damaged.
    static func read(_ path: String) throws -> [AttentionMetrics] {
        try EpochLines.read(path) {
            TrainingError("\(path) is damaged: \($0): put the file back as it was, or remove it")
        }
    }
}
