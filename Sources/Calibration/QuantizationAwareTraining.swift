import Datasets
import Execution
import Networks
import Quantization
import Torch
import Training

/// Fine-tunes a float network with int8's rounding in it: weights are rounded anew in each step, values with the scales that calibration
/// chose, and gradients pass straight through.
public struct QuantizationAwareTraining {
    private let recipe: Recipe
    private let data: RunData
    private let options: Quantizer.Options
    private let report: (Progress) -> Void

    /// How far it is.
    public struct Progress: Sendable {
        public let epoch: Int
        public let step: Int
        public let steps: Int
        /// Mean over the epoch so far.
        public let loss: Double
        public let learningRate: Double
    }

    /// A fine-tuning with the recipe of a run, on the images that it was trained on.
    ///
    /// - Parameters:
    ///   - data: the run's, or others.
    ///   - epochs: how many.
    ///   - learningRate: its peak; nil is a hundredth of the recipe's.
    public init(
        _ data: RunData, epochs: Int, learningRate: Double? = nil,
        options: Quantizer.Options, report: @escaping (Progress) -> Void = { _ in }
    ) {
        var recipe = data.configuration.recipe
        recipe.epochs = epochs
        recipe.learningRate = learningRate ?? recipe.learningRate / 100
        recipe.schedule = .cosine
        recipe.warmupEpochs = min(recipe.warmupEpochs, 0.1)
        self.recipe = recipe
        self.data = data
        self.options = options
        self.report = report
    }

    /// Trains on from a quantised network, and quantises what comes out with the same scales.
    ///
    /// - Throws: `DivergenceError` where the loss stops being a number; any failure of data or libtorch.
    public func run(
        _ start: PostTrainingQuantization.Result, _ images: CalibrationImages
    ) throws -> PostTrainingQuantization.Result {
        let reference = try FloatReference(start.reference.float)
        let values = start.model.values.mapValues {
            FakeQuantization.Value(scale: $0.scale, zeroPoint: $0.zeroPoint)
        }
        reference.model.fakeQuantization = FakeQuantization(values)
        try train(reference.model)
        let trained = try FloatReference(reference.trained())
        let statistics = try Calibrator(trained).statistics(images)
        var options = options
        // Training has seen what rounding does to means.
        options.correctsBias = false
        let model = try Quantizer(trained.float, statistics, options).model(
            pixels: start.model.pixels, classNames: start.model.classNames, keeping: start.model.values)
        let noise = try SignalToNoise(
            model, trained, images, count: PostTrainingQuantization.comparedImages)
        return PostTrainingQuantization.Result(
            model: model, reference: trained, equalizedPairs: start.equalizedPairs, signalToNoise: noise,
            statistics: statistics)
    }

    private func train(_ model: Model) throws {
        let images = try TrainingData(recipe, for: model.network, of: data)
        let loader = try Loader(
            dataset: images.training, transform: images.trainingTransform,
            configuration: LoaderConfiguration(
                batchSize: recipe.batchSize, seed: recipe.seed, shuffle: true, dropLast: true, workers: 2,
                skipBadImages: recipe.skipBadImages))
        let optimized = model.parameters.optimized(weightDecay: recipe.weightDecay)
        let optimizer: any Optimizer =
            switch recipe.optimizer {
            case .sgd: try SGD(optimized, momentum: recipe.momentum, nesterov: recipe.nesterov)
            case .adamw: try AdamW(optimized)
            }
        let steps = loader.stepsPerEpoch
        let schedule = LearningRateSchedule(recipe, stepsPerEpoch: steps)
        let tensors = try BatchTensors(data.configuration.normalization, model.parameters)
        let leaves = model.parameters.trainable.map(\.tensor)
        for epoch in 0..<recipe.epochs {
            let batches = loader.batches(epoch: epoch)
            var (sum, step) = (0.0, 0)
            while let batch = try batches.next() {
                let rate = schedule.rate(at: epoch * steps + step)
                recipe.seedNoise(ofStep: epoch * steps + step)
                let logits = try model.network.logits(of: model(tensors.images(batch), training: true))
                let loss = try logits.crossEntropy(tensors.labels(batch), labelSmoothing: recipe.labelSmoothing)
                let value = try loss.item()
                guard value.isFinite else {
                    throw DivergenceError(
                        finding: "the loss is \(value) in epoch \(epoch + 1) of quantisation-aware training",
                        advice: "lower --learning-rate")
                }
                try loss.backward()
                if let norm = recipe.clipNorm { _ = try clipGradients(of: leaves, maximum: norm) }
                try optimizer.step(learningRate: rate)
                optimizer.clearGradients()
                sum += value
                step += 1
                report(
                    Progress(epoch: epoch + 1, step: step, steps: steps, loss: sum / Double(step), learningRate: rate))
            }
        }
    }
}
