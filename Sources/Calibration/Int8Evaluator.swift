import Datasets
import Foundation
import Quantization
import Training

/// Scores an int8 model on images as a device would see them, on all cores.
public struct Int8Evaluator {
    private let runner: ImageRunner
    private let classes: Int

    /// An evaluator of a model.
    ///
    /// - Parameter threads: each has an arena of its own.
    public init(_ model: QuantizedModel, threads: Int = ProcessInfo.processInfo.activeProcessorCount) throws {
        runner = try ImageRunner(model, threads: threads)
        classes = runner.program.outputShape.count
    }

    /// Scores of every image that `loader` gives.
    ///
    /// - Parameter progress: told now and then how many are done.
    public func evaluate(_ loader: Loader, progress: (Int) -> Void = { _ in }) throws -> Evaluation {
        var result = Evaluation(classes: classes)
        var (loss, correct, correct5) = (0.0, 0, 0)
        let batches = loader.batches(epoch: 0)
        while let batch = try batches.next() {
            for (logits, label) in zip(try logits(batch), batch.labels) {
                let label = Int(label)
                guard logits.indices.contains(label) else {
                    throw QuantizationError("an image is labelled \(label), and the model has \(classes) classes")
                }
                let ranked = logits.indices.sorted { logits[$0] == logits[$1] ? $0 < $1 : logits[$0] > logits[$1] }
                result.confusion[label][ranked[0]] += 1
                if ranked[0] == label { correct += 1 }
                if ranked.prefix(5).contains(label) { correct5 += 1 }
                loss -= log(max(1e-30, Self.probabilities(logits)[label]))
            }
            result.images += batch.count
            progress(result.images)
        }
        try result.average(loss: loss, correct: correct, correct5: correct5)
        return result
    }

    /// Probabilities of the classes for each image of a batch: `[B][classes]`.
    public func probabilities(_ batch: Batch) throws -> [[Float]] {
        try logits(batch).map { Self.probabilities($0).map(Float.init) }
    }

    /// Half a step of a softmax in int8: a share that is 0 is taken for it where logarithms are.
    private static let leastShare = 1.0 / 512

    /// Logits as real numbers for each image of a batch; of shares their logarithms.
    public func logits(_ batch: Batch) throws -> [[Double]] {
        let quantization = runner.program.outputQuantization
        let (classes, endsInSoftmax) = (classes, runner.program.model.network.endsInSoftmax)
        return try runner.results(batch) { executor, image in
            // Of several outputs the first are the classes.
            executor.run(image).prefix(classes).map {
                let real = quantization.real(of: $0)
                return endsInSoftmax ? log(max(real, Self.leastShare)) : real
            }
        }
    }

    private static func probabilities(_ logits: [Double]) -> [Double] {
        let most = logits.max() ?? 0
        let exponentials = logits.map { exp($0 - most) }
        let sum = exponentials.reduce(0, +)
        return exponentials.map { $0 / sum }
    }
}
