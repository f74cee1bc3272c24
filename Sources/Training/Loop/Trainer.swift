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
    let recipe: Recipe
    let options: TrainerOptions
    let run: RunFolder
    let report: (TrainingEvent) -> Void
    let shouldStop: () -> Bool
    let ranks: Ranks

    let data: TrainingData
    private let configuration: RunConfiguration
    let model: Model
    let averaged: Model?
    let fineTuning: FineTuning
    let optimizer: any Optimizer
    let checkpoint: Checkpoint
    let trainingLoader: Loader
    let evaluationLoader: Loader
    let schedule: LearningRateSchedule
    let tensors: BatchTensors
    let task: any TrainingTask
    let sparsity: ScaleSparsity?
    let distillation: Distillation?
    let metrics: MetricsLog
    let attentionLog: AttentionLog?
    let stepsPerEpoch: Int
    let rankedModel: RankedModel
    private let initialWeights: String?
    /// Keeps other processes out of the run's folder; the first rank's.
    private let lock: FolderLock?

    var state = TrainingState()
    var lastCheckpoint = ContinuousClock.now
    var lastMetrics: EpochMetrics?
    /// What was left out so far, in earlier sessions too: a line an image.
    var skipped: Set<String> = []
    /// Whether a rank had been asked to stop when losses were last exchanged.
    var someRankStops = false
    var unread = UnreadLosses()
    /// Of gradients in float16.
    let lossScale: LossScale?
    /// How many steps later losses are read: waiting for one empties a GPU.
    let stepsBetweenReadings: Int

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
        try FineTuning.checkLogitsRate(recipe, network)
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
        distillation = try Distillation(recipe, data, device: options.device)
        var loading = LoaderConfiguration(
            batchSize: recipe.batchSize, seed: recipe.seed, shuffle: true, dropLast: true, workers: options.workers,
            skipBadImages: recipe.skipBadImages)
        loading.part = BatchPart(index: ranks.rank, count: ranks.count)
        loading.balanced = recipe.balance == .sampling
        loading.mixing = ImageMixing(mixup: recipe.mixup, cutmix: recipe.cutmix)
        loading.crops = try recipe.repeatedCrops(of: data)
        try data.checkBatchSize(recipe)
        trainingLoader = try Loader(
            dataset: data.training, transform: data.trainingTransform, configuration: loading)
        (loading.batchSize, loading.shuffle, loading.dropLast) = (max(recipe.batchSize, 64), false, false)
        (loading.balanced, loading.mixing, loading.crops) = (false, nil, nil)
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
    /// - Throws: `DivergenceError` where the loss stops being a number; `TrainingError` where the run's files are
    ///   damaged; any failure of data or libtorch.
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
        guard try isOver || askTeacher() else {
            try save()
            report(.interrupted(step: state.step))
            return nil
        }
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
        if recipe.teacherCrops != nil, options.teacherAnswers == nil, ranks.isFirst {
            try? FileManager.default.removeItem(atPath: run.teacherAnswers)
        }
        return lastMetrics
    }

    /// Whether all epochs are trained, or as many as the recipe's patience since the best one. Asked between epochs: the state tells it, so
    /// a run that goes on ends where one that was not interrupted does.
    private var isOver: Bool { isOver(state) }

    private func isOver(_ state: TrainingState) -> Bool {
        if state.step >= recipe.epochs * stepsPerEpoch { return true }
        guard state.step > 0, state.step % stepsPerEpoch == 0 else { return false }
        return recipe.losesPatience(after: state.step / stepsPerEpoch, bestEpoch: state.bestEpoch)
    }

    /// Goes on from the last checkpoint, or begins. The first rank reads; the others may not even see its files.
    private func restore() throws {
        let position = try ranks.shared {
            guard options.resume, FileManager.default.fileExists(atPath: run.last) else {
                try averaged.map { try Self.copy(model.parameters, to: $0.parameters) }
                _ = try metrics.keep(0, stepsPerEpoch: stepsPerEpoch)
                try logAttention(epoch: 0)
                return TrainingPosition(state: state, metrics: nil)
            }
            let state = try checkpoint.restore(
                from: run.last, epochs: recipe.epochs, stepsPerEpoch: stepsPerEpoch, batchSize: recipe.batchSize)
            let isThere = FileManager.default.fileExists(atPath: run.metrics)
            guard isThere || !isOver(state) else {
                throw TrainingError(
                    "\(run.path) is trained to its end, but \(run.metrics) is gone: score it with sapool evaluate "
                        + run.path
                )
            }
            let lastMetrics = try metrics.keep(state.step / stepsPerEpoch, stepsPerEpoch: stepsPerEpoch)
            skipped = SkippedImageList(of: run).lines
            // The checkpoint of an epoch's end holds what somebody may have removed.
            if state.step > 0, state.step % stepsPerEpoch == 0, !FileManager.default.fileExists(atPath: run.model) {
                try writeModel()
            }
            return TrainingPosition(state: state, metrics: lastMetrics)
        }
        (state, lastMetrics) = (position.state, position.metrics)
        try ranks.copyFromFirst(checkpoint.tensors())
    }

    private static func copy(_ source: Parameters, to destination: Parameters) throws {
        for (from, to) in zip(source.all, destination.all) { try to.tensor.copy(from: from.tensor.detached()) }
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
