import Datasets
import Execution
import Foundation
import Interchange
import Networks
import Reporting
import Torch

/// Trains the network of a recipe in a run's folder, step by step, so that any interruption loses little and changes nothing.
///
/// A run that was killed and resumed ends with bitwise the weights of one that was not: the order of images, their augmentation and all
/// noise follow from the seed and the step alone.
public final class Trainer {
    private let recipe: Recipe
    private let options: TrainerOptions
    private let run: RunFolder
    private let report: (TrainingEvent) -> Void
    private let shouldStop: () -> Bool

    private let data: TrainingData
    private let configuration: RunConfiguration
    private let model: Model
    private let averaged: Model?
    private let optimizer: any Optimizer
    private let checkpoint: Checkpoint
    private let trainingLoader: Loader
    private let evaluationLoader: Loader
    private let schedule: LearningRateSchedule
    private let tensors: BatchTensors
    private let metrics: MetricsLog
    private let stepsPerEpoch: Int
    private let initialWeights: String?

    private var state = TrainingState()
    private var lastCheckpoint = ContinuousClock.now

    /// Prepares a training: opens the data, builds the network, and makes or reads the run's folder.
    ///
    /// - Parameters:
    ///   - shouldStop: asked after every step; true ends the training with a checkpoint.
    ///   - report: told what happens.
    /// - Throws: a sentence that says what cannot be and what to do.
    public init(
        _ recipe: Recipe, run: RunFolder, options: TrainerOptions = TrainerOptions(),
        shouldStop: @escaping () -> Bool = { false },
        report: @escaping (TrainingEvent) -> Void = { _ in }
    ) throws {
        try recipe.validate()
        self.recipe = recipe
        self.options = options
        self.run = run
        self.report = report
        self.shouldStop = shouldStop
        data = try TrainingData(recipe)
        let network = try recipe.buildNetwork(input: data.inputShape, classes: data.training.classNames.count)
        let parameters = try Parameters(of: network, seed: recipe.seed, device: options.device)
        model = Model(network, parameters: parameters)
        let goesOn = options.resume && FileManager.default.fileExists(atPath: run.last)
        initialWeights = try goesOn ? nil : recipe.weights.map { try InitialWeights.load($0, into: parameters) }
        if recipe.ema == nil {
            averaged = nil
        } else {
            averaged = Model(
                network, parameters: try Parameters(of: network, seed: recipe.seed, device: options.device))
        }
        let optimized = parameters.optimized(weightDecay: recipe.weightDecay)
        switch recipe.optimizer {
        case .sgd: optimizer = try SGD(optimized, momentum: recipe.momentum, nesterov: recipe.nesterov)
        case .adamw: optimizer = try AdamW(optimized)
        }
        checkpoint = Checkpoint(parameters: parameters, average: averaged?.parameters, optimizer: optimizer)
        trainingLoader = try Loader(
            dataset: data.training, transform: data.trainingTransform,
            configuration: LoaderConfiguration(
                batchSize: recipe.batchSize, seed: recipe.seed, shuffle: true, dropLast: true, workers: options.workers,
                skipBadImages: recipe.skipBadImages))
        evaluationLoader = try Loader(
            dataset: data.evaluation, transform: data.evaluationTransform,
            configuration: LoaderConfiguration(
                batchSize: max(recipe.batchSize, 64), seed: recipe.seed, shuffle: false, dropLast: false,
                workers: options.workers, skipBadImages: recipe.skipBadImages))
        // Last, so that nothing is left behind where something above cannot be.
        configuration = try Self.prepare(run, recipe, data, network, resume: options.resume)
        stepsPerEpoch = trainingLoader.stepsPerEpoch
        schedule = LearningRateSchedule(recipe, stepsPerEpoch: stepsPerEpoch)
        tensors = try BatchTensors(configuration.normalization, parameters)
        metrics = MetricsLog(path: run.metrics)
    }

    /// Makes the run's folder with its configuration, or checks that the one there is of the same training.
    private static func prepare(
        _ run: RunFolder, _ recipe: Recipe, _ data: TrainingData, _ network: Network, resume: Bool
    ) throws -> RunConfiguration {
        if run.holdsRun {
            guard resume else {
                throw TrainingError(
                    "\(run.path) holds a run already: add --resume to go on with it, or choose another output folder")
            }
            let (configuration, stored) = try RunConfiguration.read(from: run)
            guard stored.nodes == network.nodes, stored.outputs == network.outputs else {
                throw TrainingError(
                    "\(run.path) is a run of \(stored.name) (\(stored.inputShape), \(stored.outputShape) classes), not of "
                        + "\(network.name) (\(network.inputShape), \(network.outputShape) classes): resume with the same network, "
                        + "or choose another output folder")
            }
            guard configuration.classNames == data.training.classNames else {
                throw TrainingError("\(run.path) is a run on other classes than those of \(recipe.data)")
            }
            if let difference = configuration.recipe.firstDifference(from: recipe) {
                throw TrainingError("\(run.path) is a run with other settings: \(difference)")
            }
            run.removeHalfWrittenFiles()
            return configuration
        }
        let configuration = RunConfiguration(
            recipe: recipe, inputShape: data.inputShape, evaluationTransform: data.evaluationTransform,
            classNames: data.training.classNames, normalization: try data.normalization(recipe.normalization))
        try run.create()
        try configuration.write(to: run, network: network)
        return configuration
    }

    /// Trains to the end of the recipe.
    ///
    /// - Returns: the last epoch's metrics, or nil where `shouldStop` ended it earlier.
    /// - Throws: `TrainingError` where the loss stops being a number; any failure of data or libtorch.
    public func train() throws -> EpochMetrics? {
        try restore()
        let events = try TensorBoardWriter(directory: run.path)
        let network = model.network
        report(
            .started(
                TrainingEvent.Start(
                    trainingImages: data.training.count, evaluationImages: data.evaluation.count,
                    evaluationName: data.evaluationName, parameters: network.parameterCount,
                    multiplyAccumulates: network.multiplyAccumulates, startStep: state.step,
                    steps: recipe.epochs * stepsPerEpoch, stepsPerEpoch: stepsPerEpoch, initialWeights: initialWeights))
        )
        lastCheckpoint = .now
        while state.step < recipe.epochs * stepsPerEpoch {
            let epoch = state.step / stepsPerEpoch
            guard try trainEpoch(epoch, events) else { return nil }
            try finishEpoch(epoch, events)
            if shouldStop(), state.step < recipe.epochs * stepsPerEpoch {
                report(.interrupted(step: state.step))
                return nil
            }
        }
        return metrics.read().last
    }

    private func restore() throws {
        guard options.resume, FileManager.default.fileExists(atPath: run.last) else {
            try averaged.map { try Self.copy(model.parameters, to: $0.parameters) }
            return
        }
        state = try checkpoint.restore(from: run.last)
        try metrics.truncate(after: state.step / stepsPerEpoch)
    }

    // MARK: - An epoch

    /// Trains the rest of an epoch. Returns false where it was asked to stop.
    private func trainEpoch(_ epoch: Int, _ events: TensorBoardWriter) throws -> Bool {
        let start = state.step % stepsPerEpoch
        let batches = trainingLoader.batches(epoch: epoch, startingAt: start)
        var pace = Pace()
        for index in start..<stepsPerEpoch {
            guard let batch = try batches.next() else {
                throw TrainingError("the loader ended at step \(index + 1) of \(stepsPerEpoch) in epoch \(epoch + 1)")
            }
            let clock = ContinuousClock.now
            let rate = schedule.rate(at: state.step)
            let loss = try trainStep(batch, rate)
            state.step += 1
            let seconds = (ContinuousClock.now - clock).seconds
            state.epochTotals.seconds += seconds
            pace.add(images: batch.count)

            let totals = state.epochTotals
            let images = Double(max(1, totals.images))
            report(
                .step(
                    TrainingEvent.Step(
                        epoch: epoch + 1, epochs: recipe.epochs, step: index + 1, stepsPerEpoch: stepsPerEpoch,
                        loss: totals.loss / images, accuracy: totals.correct / images, learningRate: rate,
                        imagesPerSecond: pace.imagesPerSecond,
                        secondsLeft: Double(recipe.epochs * stepsPerEpoch - state.step) * pace.secondsPerBatch)))
            if state.step % 10 == 0 {
                try events.addScalars([("train/loss", loss), ("train/learning_rate", rate)], step: state.step)
            }
            if index + 1 < stepsPerEpoch {
                if shouldStop() {
                    try save()
                    report(.interrupted(step: state.step))
                    return false
                }
                if isCheckpointDue { try save() }
            }
        }
        return true
    }

    private var isCheckpointDue: Bool {
        if let steps = options.checkpointSteps, steps > 0, state.step % steps == 0 { return true }
        return (ContinuousClock.now - lastCheckpoint).seconds > options.checkpointSeconds
    }

    /// One step. Returns the loss.
    private func trainStep(_ batch: Batch, _ rate: Double) throws -> Double {
        // The noise of a step follows from the seed and the step alone.
        Torch.seed(recipe.seed &* 0x9e37_79b9_7f4a_7c15 &+ UInt64(state.step))
        let images = try tensors.images(batch)
        let labels = try tensors.labels(batch)
        let logits = try model(images, training: true)
        let loss = try logits.crossEntropy(labels, labelSmoothing: recipe.labelSmoothing)
        let value = try loss.item()
        guard value.isFinite else {
            let good =
                FileManager.default.fileExists(atPath: run.last)
                ? "the last good checkpoint is \(run.last)" : "there is no earlier checkpoint"
            throw TrainingError(
                "the loss is \(value) at step \(state.step + 1) (epoch \(state.step / stepsPerEpoch + 1)): lower the learning rate, "
                    + "or clip gradients with --clip-norm; \(good)")
        }
        try loss.backward()
        let leaves = model.parameters.trainable.map(\.tensor)
        if let norm = recipe.clipNorm { _ = try clipGradients(of: leaves, maximum: norm) }
        try optimizer.step(learningRate: rate)
        optimizer.clearGradients()
        try updateAverage()
        try Torch.withoutGradients {
            state.epochTotals.correct += try logits.argmax(1).isEqual(to: labels).to(.float32).sum().item()
        }
        state.epochTotals.loss += value * Double(batch.count)
        state.epochTotals.images += batch.count
        return value
    }

    private func updateAverage() throws {
        guard let averaged, let decay = recipe.ema else { return }
        // A young average follows faster: it should not remember the initial weights.
        let weight = 1 - min(decay, Double(1 + state.step) / Double(10 + state.step))
        func numbers(_ parameters: Parameters) -> [Tensor] {
            parameters.all.filter { $0.specification.role != .counter }.map(\.tensor)
        }
        try interpolate(numbers(averaged.parameters), towards: numbers(model.parameters), weight: weight)
    }

    private static func copy(_ source: Parameters, to destination: Parameters) throws {
        for (from, to) in zip(source.all, destination.all) { try to.tensor.copy(from: from.tensor.detached()) }
    }

    /// Evaluates, writes metrics and checkpoints, and begins the next epoch's sums.
    private func finishEpoch(_ epoch: Int, _ events: TensorBoardWriter) throws {
        let scores = try Evaluator(averaged ?? model, configuration).evaluate(evaluationLoader)
        let totals = state.epochTotals
        let images = Double(max(1, totals.images))
        let seconds = max(1e-9, totals.seconds)
        let line = EpochMetrics(
            epoch: epoch + 1, step: state.step, learningRate: schedule.rate(at: state.step - 1),
            trainLoss: totals.loss / images, trainAccuracy: totals.correct / images, loss: scores.loss,
            accuracy: scores.accuracy, seconds: seconds, imagesPerSecond: images / seconds)
        state.epochTotals = TrainingState.EpochTotals()
        let isBest = scores.accuracy > state.bestAccuracy
        if isBest { (state.bestAccuracy, state.bestEpoch) = (scores.accuracy, epoch + 1) }

        // The checkpoint comes last of the files that a resumed run would write again, so that none is ever missing.
        try metrics.append(line)
        try writeSkippedImages()
        try Safetensors((averaged ?? model).parameters.state(), metadata: ["format": "pt"]).write(to: run.model)
        if isBest { try checkpoint.write(state, to: run.best) }
        try save()
        try events.addScalars(
            [
                ("epoch/train_loss", line.trainLoss), ("epoch/train_accuracy", line.trainAccuracy),
                ("epoch/loss", line.loss),
                ("epoch/accuracy", line.accuracy), ("epoch/images_per_second", line.imagesPerSecond),
            ], step: line.epoch)
        try events.flush()
        report(.epoch(line, of: recipe.epochs))
    }

    private func save() throws {
        try checkpoint.write(state, to: run.last)
        lastCheckpoint = .now
        report(.checkpoint(path: run.last))
    }

    private func writeSkippedImages() throws {
        let skipped = trainingLoader.skippedImages + evaluationLoader.skippedImages
        guard !skipped.isEmpty else { return }
        try AtomicFile.replace(run.skippedImages) { file in
            for image in skipped { try file.append(Array("\(image.location): \(image.reason)\n".utf8)) }
        }
    }

    /// How many images were left out because they are broken, and where their list is.
    public var skippedImages: (count: Int, list: String)? {
        let count = trainingLoader.skippedImages.count + evaluationLoader.skippedImages.count
        return count > 0 ? (count, run.skippedImages) : nil
    }
}

/// Images a second over the last batches, waiting for the loader included.
private struct Pace {
    private var times: [(clock: ContinuousClock.Instant, images: Int)] = [(.now, 0)]

    mutating func add(images: Int) {
        times.append((.now, images))
        if times.count > 50 { times.removeFirst() }
    }

    private var seconds: Double {
        guard let first = times.first, let last = times.last, times.count > 1 else { return 0 }
        return (last.clock - first.clock).seconds
    }

    var imagesPerSecond: Double { Double(times.dropFirst().map(\.images).reduce(0, +)) / max(seconds, 1e-9) }
    var secondsPerBatch: Double { seconds / Double(max(1, times.count - 1)) }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
