import Datasets
import Detection
import Foundation
import Quantization

/// Finds objects with an int8 detector, with the decoding and the suppression that a device does.
///
/// ```swift
/// let images = try Int8DetectionEvaluator(model).evaluate(loader)
/// print(COCOEvaluation(images, classCount: 3).meanAveragePrecision ?? 0)
/// ```
public struct Int8DetectionEvaluator {
    /// Less sure detections are left out.
    public var minimumScore = 0.01
    private let runner: ImageRunner

    /// An evaluator of a model.
    ///
    /// - Parameter threads: each has an arena of its own.
    /// - Throws: `QuantizationError` where it is no detector.
    public init(_ model: QuantizedModel, threads: Int = ProcessInfo.processInfo.activeProcessorCount) throws {
        runner = try ImageRunner(model, threads: threads)
        guard runner.program.detector != nil else {
            throw QuantizationError("\(model.network.name) finds no objects: it tells images apart")
        }
    }

    /// Detections in each image of a batch, boxes as shares of the image.
    public func detections(_ batch: Batch) throws -> [[Detection]] {
        let (width, height, score) = (batch.width, batch.height, minimumScore)
        return try runner.results(batch) { executor, image in
            executor.findObjects(in: image, score: score).map {
                $0.detection(imageWidth: width, imageHeight: height)
            }
        }
    }

    /// What is in every image that `loader` gives, and what was found there, in the order of the data set.
    ///
    /// - Parameter progress: told now and then how many are done.
    public func evaluate(_ loader: Loader, progress: (Int) -> Void = { _ in }) throws -> [EvaluatedImage] {
        var found: [(index: Int, detections: [Detection])] = []
        let batches = loader.batches(epoch: 0)
        while let batch = try batches.next() {
            found += zip(batch.indices, try detections(batch)).map { ($0, $1) }
            progress(found.count)
        }
        guard !found.isEmpty else { throw QuantizationError("there were no images to evaluate") }
        return found.sorted { $0.index < $1.index }.map { one in
            EvaluatedImage(
                loader.dataset, one.index, shares: one.detections, otherwise: loader.transform.outputSize)
        }
    }
}
