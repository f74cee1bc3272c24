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
    private let ranks: Ranks

    private let data: TrainingData
    private let configuration: RunConfiguration
    private let model: Model
    private let averaged: Model?
    private let fineTuning: FineTuning
    private let optimizer: any Optimizer
    private let checkpoint: Checkpoint
    private let trainingLoader: Loader
    private let evaluationLoader: Loader
    private let schedule: LearningRateSchedule
    private let tensors: BatchTensors
    private let task: any TrainingTask
    private let sparsity: ScaleSparsity?
    private let metrics: MetricsLog
    private let attentionLog: AttentionLog?
    private let stepsPerEpoch: Int
    private let rankedModel: RankedModel
    private let initialWeights: String?
    /// Keeps other processes out of the run's folder; the first rank's.
    private let lock: FolderLock?

    private var state = TrainingState()
    private var lastCheckpoint = ContinuousClock.now
    private var lastMetrics: EpochMetrics?
    /// What was left out so far, in earlier sessions too: a line an image.
    private var skipped: Set<String> = []
    /// Whether a rank had been asked to stop when losses were last exchanged.
    private var someRankStops = false
    private var unread = UnreadLosses()
    /// Of gradients in float16.
    private let lossScale: LossScale?
    /// How many steps later losses are read: waiting for one empties a GPU.
    private let stepsBetweenReadings: Int
    /// The scale that ends a training: gradients that are too large even so.
    private static let smallestLossScale = 0x1p-14

    /// Prepares a training: opens the data, builds the network, and makes or reads the run's folder.
    ///
    /// - Parameters:
    ///   - ranks: the processes that share each batch. Each makes a trainer of the same recipe; the first one alone writes.
    ///   - shouldStop: asked after every step; true ends the training with a checkpoint.
    ///   - report: told what happens.
    /// - Throws: a sentence that says what cannot be and what to do.
    public init(
        _ recipe: Recipe, run: RunFolder, options: TrainerOptions = TrainerOptions(), ranks: Ranks = .alone,
        shouldStop: @escaping () -> Bool = { false },
        report: @escaping (TrainingEvent) -> Void = { _ in }
    ) throws {
        try recipe.validate()
        try recipe.check(options, ranks: ranks.count)
        self.recipe = recipe
        self.options = options
        self.run = run
        self.report = report
        self.shouldStop = shouldStop
        self.ranks = ranks
        data = try TrainingData(recipe)
        try recipe.checkPatience(data.evaluationPart)
        let network = try recipe.buildNetwork(input: data.inputShape, classes: data.training.classNames.count)
        let parameters = try Parameters(of: network, seed: recipe.seed, device: options.device)
        model = Model(network, parameters: parameters)
        rankedModel = RankedModel(model, ranks, synchronisesStatistics: options.synchronisesBatchNorm)
        let goesOn = options.resume && FileManager.default.fileExists(atPath: run.last)
        let weights =
            try goesOn ? nil : recipe.weights.map { try InitialWeights($0, key: recipe.weightsKey, into: parameters) }
        initialWeights = weights?.report
        if let weights { try FineTuning.check(recipe, parameters, given: weights.names) }
        if recipe.ema == nil {
            averaged = nil
        } else {
            averaged = Model(
                network, parameters: try Parameters(of: network, seed: recipe.seed, device: options.device))
        }
        sparsity = try ScaleSparsity(recipe, model)
        let distillation = try Distillation(recipe, data, device: options.device)
        var loading = LoaderConfiguration(
            batchSize: recipe.batchSize, seed: recipe.seed, shuffle: true, dropLast: true, workers: options.workers,
            skipBadImages: recipe.skipBadImages)
        loading.part = BatchPart(index: ranks.rank, count: ranks.count)
        loading.balanced = recipe.balance == .sampling
        loading.mixing = ImageMixing(mixup: recipe.mixup, cutmix: recipe.cutmix)
        try data.checkBatchSize(recipe)
        trainingLoader = try Loader(
            dataset: data.training, transform: data.trainingTransform, configuration: loading)
        (loading.batchSize, loading.shuffle, loading.dropLast) = (max(recipe.batchSize, 64), false, false)
        (loading.balanced, loading.mixing) = (false, nil)
        evaluationLoader = try Loader(
            dataset: data.evaluation, transform: data.evaluationTransform, configuration: loading)
        // Last, so that nothing is left behind where something above cannot be.
        let (data, resume) = (data, options.resume)
        var lock: FolderLock?
        let common = try ranks.shared {
            let prepared = try PreparedRun(run, recipe, data, network, weights: weights, resume: resume)
            lock = prepared.lock
            return CommonGround(prepared.configuration, data)
        }
        self.lock = lock
        try common.check(data, rank: ranks.rank)
        configuration = common.configuration
        fineTuning = FineTuning(recipe, model, given: Set(configuration.givenWeights ?? []))
        let optimized = parameters.optimized(weightDecay: recipe.weightDecay, rateFactor: fineTuning.rateFactor)
        switch recipe.optimizer {
        case .sgd: optimizer = try SGD(optimized, momentum: recipe.momentum, nesterov: recipe.nesterov)
        case .adamw: optimizer = try AdamW(optimized)
        }
        if options.device.isCUDA {
            Torch.allowsTF32 = recipe.precision == .tf32
            Torch.setDeterministic(options.isDeterministic)
        }
        lossScale = recipe.precision == .float16 ? try LossScale(device: options.device) : nil
        stepsBetweenReadings = max(1, options.stepsBetweenReadings ?? (options.device.isCPU ? 1 : 10))
        checkpoint = Checkpoint(
            parameters: parameters, average: averaged?.parameters, optimizer: optimizer, lossScale: lossScale)
        stepsPerEpoch = trainingLoader.stepsPerEpoch
        schedule = LearningRateSchedule(recipe, stepsPerEpoch: stepsPerEpoch)
        tensors = try BatchTensors(configuration.normalization, parameters)
        task = try common.configuration.task(
            of: model, classCounts: data.training.classCounts(), distillation: distillation)
        metrics = MetricsLog(path: run.metrics)
        let watched = options.logsAttention && ranks.isFirst ? try evaluationLoader.batches(epoch: 0).next() : nil
        if let watched {
            attentionLog = AttentionLog(network, images: try tensors.images(watched), path: run.attention)
        } else {
            attentionLog = nil
        }
    }

    /// Trains to the end of the recipe.
    ///
    /// - Returns: the last epoch's metrics, or nil where `shouldStop` ended it earlier.
    /// - Throws: `TrainingError` where the loss stops being a number; any failure of data or libtorch.
    public func train() throws -> EpochMetrics? {
        do {
            return try ranks.keepingContact(checkpoint: run.last) { try trainToTheEnd() }
        } catch let error as TorchError where error.deviceFailure != nil {
            let goesOn = FileManager.default.fileExists(atPath: run.last)
            throw TrainingError("\(error); \(lastGoodCheckpoint)\(goesOn ? ", which --resume goes on from" : "")")
        }
    }

    private func trainToTheEnd() throws -> EpochMetrics? {
        try restore()
        let events = ranks.isFirst ? try TensorBoardWriter(directory: run.path) : nil
        let network = model.network
        report(
            .started(
                TrainingEvent.Start(
                    trainingImages: data.training.count, evaluationImages: data.evaluation.count,
                    evaluationName: data.evaluationName, evaluationPart: data.evaluationPart,
                    parameters: network.parameterCount,
                    multiplyAccumulates: network.multiplyAccumulates, startStep: state.step,
                    steps: recipe.epochs * stepsPerEpoch, stepsPerEpoch: stepsPerEpoch, initialWeights: initialWeights,
                    scoreName: recipe.scoreName,
                    droppedBoxes: data.droppedBoxes.isEmpty ? nil : (data.droppedBoxes.count, run.droppedBoxes),
                    remarks: ranks.isFirst && state.step == 0 ? data.remarks(recipe) + data.seenBefore(recipe) : [])))
        lastCheckpoint = .now
        while !isOver {
            let epoch = state.step / stepsPerEpoch
            guard try trainEpoch(epoch, events) else { return nil }
            try finishEpoch(epoch, events)
            if try ranks.sum([shouldStop() ? 1 : 0]) != [0], !isOver {
                report(.interrupted(step: state.step))
                return nil
            }
        }
        if state.step < recipe.epochs * stepsPerEpoch {
            report(.ended(epoch: state.step / stepsPerEpoch, bestEpoch: state.bestEpoch))
        }
        guard lastMetrics != nil else {
            throw TrainingError(
                "\(run.path) is trained to its end, but \(run.metrics) is gone: score it with sapool evaluate \(run.path)"
            )
        }
        return lastMetrics
    }

    /// Whether all epochs are trained, or as many as the recipe's patience since the best one. Asked between epochs: the state tells it, so
    /// a run that goes on ends where one that was not interrupted does.
    private var isOver: Bool {
        if state.step >= recipe.epochs * stepsPerEpoch { return true }
        guard let patience = recipe.patience, state.step > 0, state.step % stepsPerEpoch == 0 else { return false }
        return state.step / stepsPerEpoch - state.bestEpoch >= patience
    }

    /// Goes on from the last checkpoint, or begins. The first rank reads; the others may not even see its files.
    private func restore() throws {
        let position = try ranks.shared {
            guard options.resume, FileManager.default.fileExists(atPath: run.last) else {
                try averaged.map { try Self.copy(model.parameters, to: $0.parameters) }
                try logAttention(epoch: 0)
                return TrainingPosition(state: state, metrics: nil)
            }
            let state = try checkpoint.restore(from: run.last)
            try metrics.truncate(after: state.step / stepsPerEpoch)
            skipped = SkippedImageList(of: run).lines
            // The checkpoint of an epoch's end holds what somebody may have removed.
            if state.step > 0, state.step % stepsPerEpoch == 0, !FileManager.default.fileExists(atPath: run.model) {
                try writeModel()
            }
            return TrainingPosition(state: state, metrics: metrics.read().last)
        }
        (state, lastMetrics) = (position.state, position.metrics)
        try ranks.copyFromFirst(checkpoint.tensors())
    }

    // MARK: - An epoch

    /// Trains the rest of an epoch. Returns false where it was asked to stop.
    private func trainEpoch(_ epoch: Int, _ events: TensorBoardWriter?) throws -> Bool {
        if try fineTuning.begin(epoch) { rankedModel.forgetUsedLeaves() }
        let start = state.step % stepsPerEpoch
        let batches = StepBatches(trainingLoader.batches(epoch: epoch, startingAt: start))
        var pace = Pace()
        for index in start..<stepsPerEpoch {
            let batch = try batches.batch(ofStep: index)
            let share = try share(of: batch)
            if let batch, let share {
                let clock = ContinuousClock.now
                let rate = schedule.rate(at: state.step)
                let loss = try trainStep(batch, share, rate)
                state.step += 1
                let seconds = (ContinuousClock.now - clock).seconds
                state.epochTotals.seconds += seconds
                pace.add(images: batch.count)
                reportStep(epoch, index, rate, pace)
                if let loss, state.step % 10 == 0 {
                    try events?.addScalars([("train/loss", loss), ("train/learning_rate", rate)], step: state.step)
                }
            } else {
                // Steps keep their numbers, which the order of images and all noise follow from.
                state.step += 1
            }
            if index + 1 < stepsPerEpoch {
                if ranks.count == 1 ? shouldStop() : someRankStops {
                    try save()
                    report(.interrupted(step: state.step))
                    return false
                }
                // Reading losses is for all ranks at once, and clocks differ.
                if isCheckpointDue, ranks.count == 1 || unread.isEmpty { try save() }
            }
        }
        let clock = ContinuousClock.now
        try readLosses()
        state.epochTotals.seconds += (ContinuousClock.now - clock).seconds
        guard state.epochTotals.images > 0 else {
            throw TrainingError(
                "there was no step in epoch \(epoch + 1) whose images can be read: replace the broken images of \(recipe.data)"
            )
        }
        return true
    }

    private func reportStep(_ epoch: Int, _ index: Int, _ rate: Double, _ pace: Pace) {
        let totals = state.epochTotals
        let images = Double(max(1, totals.images))
        report(
            .step(
                TrainingEvent.Step(
                    epoch: epoch + 1, epochs: recipe.epochs, step: index + 1, stepsPerEpoch: stepsPerEpoch,
                    loss: totals.loss / images, accuracy: totals.correct / images, learningRate: rate,
                    imagesPerSecond: pace.imagesPerSecond,
                    secondsLeft: Double(recipe.epochs * stepsPerEpoch - state.step) * pace.secondsPerBatch)))
    }

    /// Whether losses are read after a step; all ranks count steps alike, so all of them read or none does.
    private func readsLosses(after step: Int) -> Bool {
        if step % stepsBetweenReadings == 0 { return true }
        return options.checkpointSteps.map { $0 > 0 && step % $0 == 0 } ?? false
    }

    private var isCheckpointDue: Bool {
        if let steps = options.checkpointSteps, steps > 0, state.step % steps == 0 { return true }
        return (ContinuousClock.now - lastCheckpoint).seconds > options.checkpointSeconds
    }

    /// One step. Returns its loss where that was read.
    private func trainStep(_ batch: Batch, _ share: BatchShare, _ rate: Double) throws -> Double? {
        let parts = recipe.accumulate ?? 1
        let (accumulates, pieces) = (parts > 1, batch.pieces(parts))
        var firstRow = share.rows.lowerBound
        var waiting: Tensor?
        unread.begin(step: state.step + 1, images: share.total)
        for piece in pieces {
            let rows = firstRow..<firstRow + piece.count
            firstRow = rows.upperBound
            let isAlone = ranks.count == 1 && pieces.count == 1
            let loss = try loss(of: piece, isAlone ? nil : BatchShare(rows: rows, total: share.total))
            try unread.add(loss, count: piece.count)
            let penalised = try sparsity?.added(to: loss.value) ?? loss.value
            let scaled = try lossScale?.scaled(penalised) ?? penalised
            if accumulates {
                try rankedModel.accumulate(scaled, weight: Double(piece.count) / Double(batch.count))
            } else {
                waiting = scaled
            }
        }
        // Where reading costs no waiting it comes before the weights change.
        var value: Double?
        if stepsBetweenReadings == 1 { value = try readLosses() }
        if let waiting { try rankedModel.backward(waiting, share) } else { try rankedModel.finishAccumulating(share) }
        let leaves = model.parameters.trainable.map(\.tensor)
        let skipping = try lossScale?.unscale(leaves)
        if let norm = recipe.clipNorm { _ = try clipGradients(of: leaves, maximum: norm) }
        try optimizer.step(learningRate: rate, skipping: skipping)
        if let skipping { try lossScale?.update(skipping) }
        optimizer.clearGradients()
        try updateAverage()
        if stepsBetweenReadings > 1, readsLosses(after: state.step + 1) { value = try readLosses() }
        return value
    }

    /// Adds to the epoch what steps came to that nobody has read yet, and hears whether a rank is to stop. Returns the
    /// last one's loss.
    ///
    /// - Throws: `DivergenceError` where one of them is no number.
    @discardableResult
    private func readLosses() throws -> Double? {
        let own = try unread.read()
        guard !own.isEmpty else { return nil }
        let sums = try ranks.sum(own.flatMap { [$0.loss, $0.right] } + [shouldStop() ? 1 : 0])
        someRankStops = sums[2 * own.count] > 0
        var last: Double?
        for (index, step) in own.enumerated() {
            let value = sums[2 * index] / Double(step.images)
            guard value.isFinite else {
                throw divergence(
                    "the loss is \(value)", step.step,
                    advice: "lower the learning rate, or clip gradients with --clip-norm")
            }
            last = value
            state.epochTotals.loss += sums[2 * index]
            state.epochTotals.correct += sums[2 * index + 1]
            state.epochTotals.images += step.images
        }
        if let lossScale, let step = own.last?.step, try lossScale.value() < Self.smallestLossScale {
            throw divergence(
                "gradients have been too large for float16 again and again", step,
                advice: "use the precision bfloat16 or float32, or lower the learning rate")
        }
        return last
    }

    private func divergence(_ finding: String, _ step: Int, advice: String) -> DivergenceError {
        DivergenceError(
            finding: "\(finding) at step \(step) (epoch \((step - 1) / stepsPerEpoch + 1))",
            advice: "\(advice); \(lastGoodCheckpoint)")
    }

    private var lastGoodCheckpoint: String {
        FileManager.default.fileExists(atPath: run.last)
            ? "the last good checkpoint is \(run.last)" : "there is no earlier checkpoint"
    }

    /// The loss of images, with the noise that follows from the seed, the step and their rows in the batch alone.
    ///
    /// - Parameter share: which rows they are; nil where they are the whole batch.
    private func loss(of images: Batch, _ share: BatchShare?) throws -> TaskLoss {
        Torch.seed(recipe.seed &* 0x9e37_79b9_7f4a_7c15 &+ UInt64(state.step))
        model.share = share
        return try task.loss(forward(tensors.images(images)), images)
    }

    /// The network's outputs in float32, whatever they were computed in.
    private func forward(_ images: Tensor) throws -> [Tensor] {
        guard let type = recipe.precision.productType else { return try model.outputs(images, training: true) }
        return try Torch.withMixedPrecision(type, on: options.device) { try model.outputs(images, training: true) }
            .map { try $0.to(.float32) }
    }

    /// Which of all ranks' images these are, without those that were skipped; nil where a rank has none left, and all leave the step out.
    private func share(of batch: Batch?) throws -> BatchShare? {
        guard recipe.skipBadImages else { return batch.map { BatchShare(rows: $0.rows, total: $0.wholeCount) } }
        guard ranks.count > 1 else { return batch.map { BatchShare(rows: 0..<$0.count, total: $0.count) } }
        let counts = try ranks.gather(batch?.count ?? 0)
        guard let batch, !counts.contains(0) else { return nil }
        let first = counts[..<ranks.rank].reduce(0, +)
        return BatchShare(rows: first..<first + batch.count, total: counts.reduce(0, +))
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
    private func finishEpoch(_ epoch: Int, _ events: TensorBoardWriter?) throws {
        let scores = try task.scores(of: averaged ?? model, evaluationLoader, ranks: ranks)
        let totals = state.epochTotals
        let images = Double(max(1, totals.images))
        let seconds = max(1e-9, totals.seconds)
        let line = EpochMetrics(
            epoch: epoch + 1, step: state.step, learningRate: schedule.rate(at: state.step - 1),
            trainLoss: totals.loss / images, trainAccuracy: totals.correct / images, loss: scores.loss,
            accuracy: scores.score, meanAveragePrecision: scores.meanAveragePrecision,
            averagePrecisionAt75: scores.averagePrecisionAt75, seconds: seconds, imagesPerSecond: images / seconds)
        state.epochTotals = TrainingState.EpochTotals()
        let isBest = scores.score > state.bestAccuracy
        if isBest { (state.bestAccuracy, state.bestEpoch) = (scores.score, epoch + 1) }

        lastMetrics = line
        skipped.formUnion(try allSkippedImages())
        if let events { try record(line, isBest: isBest, events) }
        report(.epoch(line, of: recipe.epochs))
    }

    private func record(_ line: EpochMetrics, isBest: Bool, _ events: TensorBoardWriter) throws {
        // The checkpoint comes last of the files that a resumed run would write again, so that none is ever missing.
        try metrics.append(line)
        try logAttention(epoch: line.epoch)
        try SkippedImageList(skipped).write(to: run)
        try writeModel()
        if isBest { try checkpoint.write(state, to: run.best) }
        try save()
        try events.addScalars(
            [
                ("epoch/train_loss", line.trainLoss), ("epoch/train_accuracy", line.trainAccuracy),
                ("epoch/loss", line.loss),
                ("epoch/accuracy", line.accuracy), ("epoch/images_per_second", line.imagesPerSecond),
            ] + (line.meanAveragePrecision.map { [("epoch/map", $0)] } ?? []), step: line.epoch)
        try events.flush()
    }

    private func logAttention(epoch: Int) throws {
        guard let attentionLog else { return }
        try attentionLog.append(attentionLog.metrics((averaged ?? model).parameters, epoch: epoch))
    }

    private func writeModel() throws {
        try Safetensors((averaged ?? model).parameters.state(), metadata: ["format": "pt"]).write(to: run.model)
    }

    /// Leaves a checkpoint; weights are the same on all ranks, so the first one's are everybody's.
    private func save() throws {
        try readLosses()
        guard ranks.isFirst else { return }
        try checkpoint.write(state, to: run.last)
        lastCheckpoint = .now
        report(.checkpoint(path: run.last))
    }

    private func allSkippedImages() throws -> [String] {
        guard recipe.skipBadImages else { return [] }
        let own = (trainingLoader.skippedImages + evaluationLoader.skippedImages).map {
            SkippedImageList.line($0.location, $0.reason)
        }
        guard ranks.count > 1 else { return own }
        let all = try ranks.gather(Array(own.joined(separator: "\n").utf8))
        return Set(all.flatMap { String(decoding: $0, as: UTF8.self).split(separator: "\n").map(String.init) }).sorted()
    }

    /// Which part of the data epochs are scored on.
    public var evaluationPart: EvaluationPart { data.evaluationPart }

    /// What the score of an epoch is called.
    public var scoreName: String { recipe.scoreName }

    /// How many images were left out because they are broken, and where their list is.
    public var skippedImages: (count: Int, list: String)? {
        skipped.isEmpty ? nil : (skipped.count, run.skippedImages)
    }

    /// Classes of which no training image could be read, so that nothing was learned of them.
    public var unreadClasses: [String] {
        let roots = configuration.place.map { [$0.path] } ?? []
        return SkippedImageList(skipped).unreadClasses(
            of: data.training, data: recipe.data, roots: roots, task: recipe.task ?? .classification)
    }
}
