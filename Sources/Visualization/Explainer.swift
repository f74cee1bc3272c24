import Datasets
import Execution
import Foundation
import Networks
import Torch
import Training

/// Looks into a trained network: where each pooling layer looks, what a patch attends to, and what a class is decided by.
///
/// ```swift
/// let explainer = try Explainer(TrainedModel(RunFolder("runs/a")))
/// let explanation = try explainer.explain(batch)
/// ```
public struct Explainer {
    private let model: Model
    private let configuration: RunConfiguration

    /// What was found in one image.
    public struct Explanation {
        /// The image as the network sees it.
        public let image: Image
        /// The class that Grad-CAM explains, and how likely the network finds it.
        public let label: Int
        public let probability: Float
        /// For each pooling layer with weights their mean over channels.
        public let weights: [HeatMap]
        /// For each attention and each query its probabilities, mean over heads.
        public let attention: [HeatMap]
        /// Where the class shows, if the network ends in a map.
        public let gradCAM: HeatMap?
    }

    /// A position in the image as the network sees it, in pixels.
    public struct Query: Sendable, Equatable {
        public let x: Int
        public let y: Int

        /// A position by its coordinates.
        public init(x: Int, y: Int) {
            self.x = x
            self.y = y
        }
    }

    /// An explainer of a run's model.
    public init(_ trained: TrainedModel) {
        model = trained.model
        configuration = trained.configuration
    }

    /// Explains an image.
    ///
    /// - Parameters:
    ///   - batch: one image, as the loader hands it out.
    ///   - label: the class for Grad-CAM; nil for the most likely one.
    ///   - queries: whose attention to show.
    /// - Throws: `TrainingError` where a query lies outside the image; `TorchError` where libtorch fails.
    public func explain(_ batch: Batch, label: Int? = nil, queries: [Query] = []) throws -> Explanation {
        guard batch.count == 1 else { throw TrainingError("one image is explained at a time, given \(batch.count)") }
        for query in queries {
            guard (0..<batch.width).contains(query.x), (0..<batch.height).contains(query.y) else {
                throw TrainingError(
                    "the query \(query.x),\(query.y) lies outside the image, which is \(batch.width)×\(batch.height) for this network"
                )
            }
        }
        let images = try BatchTensors(configuration.normalization, model.parameters).images(batch)
        let network = model.network
        let pools = network.liveNodes.compactMap { node -> (name: String, weights: Node.ID)? in
            guard case .windowPool = node.operation else { return nil }
            return (node.name, node.inputs[1])
        }
        let attentions = network.liveNodes.filter { if case .multiHeadAttention = $0.operation { true } else { false } }
        let last = lastMap(of: network)
        let shown = pools.map(\.weights) + attentions.map { $0.inputs[0] } + (last.map { [$0.id] } ?? [])
        let (values, probabilities) = try Torch.withoutGradients {
            (
                shown.isEmpty ? [] : try Model(network.showing(shown), parameters: model.parameters).outputs(images),
                try model(images).softmax(1).array(of: Float.self)
            )
        }
        let chosen = label ?? probabilities.indices.max { probabilities[$0] < probabilities[$1] } ?? 0
        let weights = try zip(pools, values).map { pool, value in
            try heatMap("weights of \(pool.name)", value.mean([1]))
        }
        let attended = try zip(attentions, values.dropFirst(pools.count)).flatMap { node, tokens in
            try queries.map { try attention(of: node, tokens, $0, ImageSize(width: batch.width, height: batch.height)) }
        }
        return Explanation(
            image: try Image(
                width: batch.width, height: batch.height, channels: batch.channels,
                pixels: Array(UnsafeRawBufferPointer(start: batch.pixels.address, count: batch.pixels.byteCount))),
            label: chosen, probability: probabilities[chosen], weights: weights, attention: attended,
            gradCAM: try last.flatMap { node in try values.last.map { try gradCAM(node, $0, images, chosen) } })
    }

    /// The map that the head averages, else the last value that is a map of more than one position.
    private func lastMap(of network: Network) -> Node? {
        let nodes = network.liveNodes
        let averaged = nodes.last { if case .globalAveragePool = $0.operation { true } else { false } }
        if let averaged { return network[averaged.inputs[0]] }
        return nodes.last { $0.shape.isMap && $0.shape.size.area > 1 }
    }

    /// softmax(q Kᵀ / √(d / heads)) of the token under a position, mean over heads.
    private func attention(of node: Node, _ tokens: Tensor, _ query: Query, _ image: ImageSize) throws -> HeatMap {
        guard case .multiHeadAttention(let details) = node.operation else {
            throw ExecutionError("\(node.name) is no attention")
        }
        let (height, width) = (tokens.shape[2], tokens.shape[3])
        let column = query.x * width / image.width
        let row = query.y * height / image.height
        let (count, headChannels) = (height * width, details.channels / details.heads)
        let parts = try Torch.withoutGradients {
            let packed = try tokens.permuted([0, 2, 3, 1]).reshaped([count, details.channels]).linear(
                weight: model.parameters.tensor("\(node.name).in_proj_weight"),
                bias: model.parameters.tensor("\(node.name).in_proj_bias"))
            // [3, heads, tokens, channels of a head]
            let split = try packed.reshaped([count, 3, details.heads, headChannels]).permuted([1, 2, 0, 3]).unbound(0)
            let place = row * width + column
            let one = try split[0].sliced(1, place..<place + 1)
            let scores = try one.matrixMultiplied(split[1].transposed(1, 2)) * (1 / Double(headChannels).squareRoot())
            return try scores.softmax(2).mean([0]).reshaped([1, height, width])
        }
        return try heatMap("attention of \(query.x),\(query.y) in \(node.name)", parts)
    }

    /// Grad-CAM (Selvaraju et al., 2017): the map's channels, weighted by the mean gradient of the class's logit, positive part.
    private func gradCAM(_ node: Node, _ map: Tensor, _ images: Tensor, _ label: Int) throws -> HeatMap {
        let leaf = try map.detached().requireGradient()
        let logits = try model.outputs(images, replacing: [node.name: leaf])[0]
        try logits.sliced(1, label..<label + 1).sum().backward()
        guard let gradient = leaf.gradient else { throw ExecutionError("\(node.name) has no gradient") }
        return try Torch.withoutGradients {
            let weights = try gradient.mean([2, 3], keepDimensions: true)
            let sum = try (map * weights).mean([1]) * Double(map.shape[1])
            return try heatMap("Grad-CAM of \(configuration.classNames[label])", sum.relu())
        }
    }

    /// From `[1, h, w]`.
    private func heatMap(_ title: String, _ tensor: Tensor) throws -> HeatMap {
        HeatMap(title: title, width: tensor.shape[2], height: tensor.shape[1], values: try tensor.array(of: Float.self))
    }
}
