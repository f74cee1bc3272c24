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
            for (numbers, label) in zip(try numbers(batch), batch.labels) {
                let label = Int(label)
                guard numbers.indices.contains(label) else {
                    throw QuantizationError("an image is labelled \(label), and the model has \(classes) classes")
                }
                let ranked = numbers.indices.sorted {
                    numbers[$0] == numbers[$1] ? $0 < $1 : numbers[$0] > numbers[$1]
                }
                result.confusion[label][ranked[0]] += 1
                if ranked[0] == label { correct += 1 }
                if ranked.prefix(5).contains(label) { correct5 += 1 }
                loss -= log(max(areShares ? Self.leastShare : 1e-30, probabilities(numbers)[label]))
            }
            result.images += batch.count
            progress(result.images)
        }
        try result.average(loss: loss, correct: correct, correct5: correct5)
        return result
    }

    /// Probabilities of the classes for each image of a batch: `[B][classes]`. Those of a softmax at the model's end are
    /// its own shares, which sum to 1 as nearly as its bytes do.
    public func probabilities(_ batch: Batch) throws -> [[Float]] {
        try numbers(batch).map { probabilities($0).map(Float.init) }
    }

    /// Half a step of a softmax in int8, which a share that is 0 is taken for where its logarithm is.
    private static let leastShare = 1.0 / 512

    /// The int8 numbers of the classes for each image of a batch.
    private func numbers(_ batch: Batch) throws -> [[Int8]] {
        let classes = classes
        // Of several outputs the first are the classes.
        return try runner.results(batch) { executor, image in Array(executor.run(image).prefix(classes)) }
    }

    private func probabilities(_ numbers: [Int8]) -> [Double] {
        runner.program.outputQuantization.probabilities(of: numbers, areShares: areShares)
    }

    private var areShares: Bool { runner.program.model.network.endsInSoftmax }
}
