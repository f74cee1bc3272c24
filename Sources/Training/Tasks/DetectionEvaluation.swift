import Datasets
import Detection
import Execution
import Foundation
import Networks
import Reporting
import Torch

/// How well a detector finds objects.
public struct DetectionEvaluation: Sendable {
    /// Images looked at.
    public let images: Int
    /// Mean loss over images, as in training.
    public let loss: Double
    /// As COCO scores.
    public let coco: COCOEvaluation
    /// As Pascal VOC scores, at an overlap of 0.5.
    public let voc: VOCEvaluation
    /// What is in each image, and what was found.
    public let found: [EvaluatedImage]
}

/// Runs a detector over a data set, without augmentation.
public struct DetectionEvaluator {
    private let model: Model
    private let configuration: RunConfiguration
    private let layout: DetectorLayout
    private let loss: DetectionLoss
    private let tensors: BatchTensors
    /// Makes detections of outputs; its settings may be changed.
    public var decoder: DetectionDecoder

    /// An evaluator of a detector by its run's configuration.
    ///
    /// - Throws: `TrainingError` where the network is no detector.
    public init(_ model: Model, _ configuration: RunConfiguration) throws {
        guard let layout = model.network.detector else {
            throw TrainingError("\(model.network.name) finds no objects: it tells images apart")
        }
        guard configuration.classNames.count == layout.classes else {
            throw TrainingError(
                "the run's config.json names \(counted(configuration.classNames.count, "class", "classes")), and its network finds \(layout.classes): one of "
                    + "them is damaged")
        }
        self.model = model
        self.configuration = configuration
        self.layout = layout
        loss = DetectionLoss(layout, DetectionLoss.Options(configuration.recipe))
        decoder = DetectionDecoder(layout)
        tensors = try BatchTensors(configuration.normalization, model.parameters)
    }

    /// Detections in each image of a batch, boxes as shares of the image.
    ///
    /// - Throws: `DivergenceError` where the network puts out no numbers.
    public func detections(_ batch: Batch) throws -> [[Detection]] {
        let numbers = try Torch.withoutGradients { try values(of: model.outputs(tensors.images(batch))) }
        guard numbers.allSatisfy({ $0.allSatisfy(\.isFinite) }) else { throw DivergenceError.ofOutputs }
        return decode(numbers, count: batch.count)
    }

    private func values(of outputs: [Tensor]) throws -> [[Float]] {
        try outputs.map { try $0.permuted([0, 2, 3, 1]).array() }
    }

    private func decode(_ values: [[Float]], count: Int) -> [[Detection]] {
        (0..<count).map { image in
            decoder.detections(
                values.map { $0[image * ($0.count / count)..<(image + 1) * ($0.count / count)] })
        }
    }

    /// Scores of every image that `loader` gives.
    ///
    /// - Parameters:
    ///   - ranks: processes whose loaders give the other images; all of them get the scores of all images.
    ///   - observe: told of each image: its index in the data set, and its detections, boxes in pixels of the stored image.
    /// - Throws: `DivergenceError` where the network puts out no numbers; then all ranks do.
    public func evaluate(
        _ loader: Loader, ranks: Ranks = .alone, observe: (Int, [Detection]) throws -> Void = { _, _ in }
    ) throws -> DetectionEvaluation {
        var found: [FoundInImage] = []
        var sum = 0.0
        let batches = loader.batches(epoch: 0)
        try Torch.withoutGradients {
            while let batch = try batches.next() {
                let outputs = try model.outputs(tensors.images(batch))
                sum += try loss.value(outputs, batch.objects).item() * Double(batch.count)
                // The others wait to hear of it: what is no number shows in the sum of all ranks.
                guard sum.isFinite else { break }
                for (index, detections) in zip(batch.indices, decode(try values(of: outputs), count: batch.count)) {
                    let size = loader.dataset.storedSize(at: index) ?? loader.transform.outputSize
                    try observe(index, detections.map { $0.scaled(to: size) })
                    found.append(FoundInImage(image: index, shares: detections))
                }
            }
        }
        sum = try ranks.sum([sum])[0]
        guard sum.isFinite else { throw DivergenceError.ofOutputs }
        if ranks.count > 1 {
            let all = try ranks.gather(Array(JSONEncoder().encode(found)))
            found = try all.flatMap { try JSONDecoder().decode([FoundInImage].self, from: Data($0)) }
        }
        guard !found.isEmpty else { throw TrainingError("there were no images to evaluate") }
        // In the order of the data set, whoever looked at them: equal scores are told apart by it.
        let images = found.sorted { $0.image < $1.image }.map { one in
            EvaluatedImage(loader.dataset, one.image, shares: one.shares, otherwise: loader.transform.outputSize)
        }
        return DetectionEvaluation(
            images: images.count, loss: sum / Double(images.count),
            coco: COCOEvaluation(images, classCount: layout.classes),
            voc: VOCEvaluation(images, classCount: layout.classes), found: images)
    }

    private struct FoundInImage: Codable {
        let image: Int
        /// Boxes as shares of the image.
        let shares: [Detection]
    }
}
