import Datasets
import Execution
import Networks
import Torch

/// How well a model tells classes apart.
public struct Evaluation: Sendable, Equatable, Codable {
    /// Images looked at.
    public var images = 0
    /// Share whose most likely class is the right one.
    public var accuracy = 0.0
    /// Share whose right class is among the five most likely.
    public var top5Accuracy = 0.0
    /// Mean cross entropy, without label smoothing.
    public var loss = 0.0
    /// `confusion[true][predicted]`, numbers of images.
    public var confusion: [[Int]] = []

    /// Scores of no images yet.
    public init() {}

    /// No images yet, of some classes.
    package init(classes: Int) {
        confusion = Array(repeating: Array(repeating: 0, count: classes), count: classes)
    }

    /// Makes means of sums over `images`.
    ///
    /// - Throws: `TrainingError` where there are none.
    package mutating func average(loss: Double, correct: Int, correct5: Int) throws {
        guard images > 0 else { throw TrainingError("there were no images to evaluate") }
        self.loss = loss / Double(images)
        accuracy = Double(correct) / Double(images)
        top5Accuracy = Double(correct5) / Double(images)
    }
}

/// Runs a model over a data set, without augmentation.
public struct Evaluator {
    let model: Model
    let configuration: RunConfiguration
    /// Whether an image's shares of the classes are the mean of its own and its mirror image's (Simonyan and Zisserman, *Very Deep
    /// Convolutional Networks for Large-Scale Image Recognition*, 2015, section 3.2).
    let flips: Bool

    /// An evaluator of a model by its run's configuration.
    ///
    /// - Parameter flips: looks at every image's mirror image too, which takes twice the time.
    public init(_ model: Model, _ configuration: RunConfiguration, flips: Bool = false) {
        self.model = model
        self.configuration = configuration
        self.flips = flips
    }

    /// Scores of every image that `loader` gives.
    ///
    /// - Parameters:
    ///   - ranks: processes whose loaders give the other images; all of them get the scores of all images.
    ///   - stop: asked between batches; true ends the evaluation early with what there is.
    /// - Throws: `DivergenceError` where the network puts out no numbers; then all ranks do.
    public func evaluate(
        _ loader: Loader, ranks: Ranks = .alone, stop: () -> Bool = { false }
    ) throws -> Evaluation {
        let classes = configuration.classNames.count
        var result = Evaluation(classes: classes)
        var (loss, correct, correct5) = (0.0, 0, 0)
        let tensors = try BatchTensors(configuration.normalization, model.parameters)
        let batches = loader.batches(epoch: 0)
        try Torch.withoutGradients {
            while !stop(), let batch = try batches.next() {
                let logits = try logits(tensors.images(batch))
                loss += try logits.crossEntropy(tensors.labels(batch), sum: true).item()
                let count = min(5, classes)
                let likely: [Int64] = try logits.largest(count).indices.array()
                for (image, label) in batch.labels.enumerated() {
                    let guesses = likely[image * count..<(image + 1) * count]
                    guard let first = guesses.first else { continue }
                    result.confusion[Int(label)][Int(first)] += 1
                    if first == label { correct += 1 }
                    if guesses.contains(label) { correct5 += 1 }
                }
                result.images += batch.count
            }
        }
        let counts = [loss, Double(correct), Double(correct5), Double(result.images)]
        let sums = try ranks.sum(counts + result.confusion.joined().map(Double.init))
        guard sums[0].isFinite else { throw DivergenceError.ofOutputs }
        (loss, correct, correct5, result.images) = (sums[0], Int(sums[1]), Int(sums[2]), Int(sums[3]))
        for row in 0..<classes {
            for column in 0..<classes { result.confusion[row][column] = Int(sums[4 + row * classes + column]) }
        }
        try result.average(loss: loss, correct: correct, correct5: correct5)
        return result
    }

    /// Probabilities of the classes for each image of a batch: `[B][classes]`.
    ///
    /// - Throws: `DivergenceError` where the network puts out no numbers.
    public func probabilities(_ batch: Batch) throws -> [[Float]] {
        let tensors = try BatchTensors(configuration.normalization, model.parameters)
        return try Torch.withoutGradients {
            let flat: [Float] = try logits(tensors.images(batch)).softmax(1).array()
            guard flat.allSatisfy(\.isFinite) else { throw DivergenceError.ofOutputs }
            let classes = configuration.classNames.count
            return (0..<batch.count).map { Array(flat[$0 * classes..<($0 + 1) * classes]) }
        }
    }

    private func logits(_ images: Tensor) throws -> Tensor {
        let logits = try model.network.logits(of: model(images))
        guard flips else { return logits }
        let mirrored = try model.network.logits(of: model(images.flipped(3)))
        // Shares that are too small for their type count as small ones.
        return try ((logits.softmax(1) + mirrored.softmax(1)) / 2).clamped(minimum: 1e-37).log()
    }
}
