import Datasets
import Execution
import Foundation
import Networks
import Torch
import Training

/// Looks into a trained network: what each pooling layer weighs, what a patch attends to, and what a class is decided by.
///
/// ```swift
/// let explainer = try Explainer(TrainedModel(RunFolder("runs/a")))
/// let explanation = try explainer.explain(batch)
/// ```
public struct Explainer {
    let model: Model
    let normalization: Normalization
    let classNames: [String]

    /// What was found in one image.
    public struct Explanation {
        /// The image as the network sees it.
        public let image: Image
        /// The class that Grad-CAM explains, and how likely the network finds it.
        public let label: Int
        public let probability: Float
        /// For each pooling layer with weights: the weights, then each pixel's share in its windows; means over channels.
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
        self.init(
            trained.model, normalization: trained.configuration.normalization,
            classNames: trained.configuration.classNames)
    }

    /// An explainer of a model, by how its images are normalised and what its logits are called.
    public init(_ model: Model, normalization: Normalization, classNames: [String]) {
        self.model = model
        self.normalization = normalization
        self.classNames = classNames
    }

    /// Explains an image.
    ///
    /// - Parameters:
    ///   - batch: one image, as the loader hands it out.
    ///   - label: the class for Grad-CAM; nil for the most likely one.
    ///   - queries: whose attention to show.
    /// - Throws: `TrainingError` where there is not one image, or a query lies outside it or has no attention to ask; `TorchError` where
    ///   libtorch fails.
    public func explain(_ batch: Batch, label: Int? = nil, queries: [Query] = []) throws -> Explanation {
        guard batch.count == 1 else { throw TrainingError("one image is explained at a time, given \(batch.count)") }
        let network = model.network
        let inspected = InspectedNodes(of: network)
        let size = ImageSize(width: batch.width, height: batch.height)
        try check(queries, size, hasAttention: !inspected.attentions.isEmpty)

        let images = try BatchTensors(normalization, model.parameters).images(batch)
        let last = lastMap(of: network)
        let shown = inspected.shown + (last.map { [$0.id] } ?? [])
        let (values, probabilities) = try Torch.withoutGradients {
            (
                shown.isEmpty ? [] : try Model(network.showing(shown), parameters: model.parameters).outputs(images),
                try network.logits(of: model(images)).softmax(1).array(of: Float.self)
            )
        }
        let chosen = label ?? probabilities.indices.max { probabilities[$0] < probabilities[$1] } ?? 0
        guard probabilities.indices.contains(chosen) else {
            throw TrainingError(
                "there is no class number \(chosen): the network tells \(probabilities.count) apart, counted from 0")
        }
        let attended = try zip(inspected.attentions, values.dropFirst(inspected.pools.count)).flatMap { part, tokens in
            try queries.map { try attention(of: part.node, part.details, tokens, $0, size) }
        }
        return Explanation(
            image: try Image(
                width: batch.width, height: batch.height, channels: batch.channels,
                pixels: batch.pixels.withUnsafeBytes { Array($0) }),
            label: chosen, probability: probabilities[chosen],
            weights: try zip(inspected.pools, values).flatMap { try weights(of: $0.node, $0.details, $1) },
            attention: attended,
            gradCAM: try last.flatMap { node in try values.last.map { try gradCAM(node, $0, images, chosen) } })
    }

    private func check(_ queries: [Query], _ size: ImageSize, hasAttention: Bool) throws {
        guard queries.isEmpty || hasAttention else {
            throw TrainingError("\(model.network.name) has no attention that a query could show: leave the query out")
        }
        for query in queries {
            guard (0..<size.width).contains(query.x), (0..<size.height).contains(query.y) else {
                throw TrainingError(
                    "the query \(query.x),\(query.y) lies outside the image, which is \(size.width)×\(size.height) for this "
                        + "network")
            }
        }
    }

    /// A heat map of `[1, h, w]`.
    func heatMap(_ title: String, _ tensor: Tensor) throws -> HeatMap {
        HeatMap(title: title, width: tensor.shape[2], height: tensor.shape[1], values: try tensor.array(of: Float.self))
    }
}
