import Training

/// How a fit's trainings are set, each an ordinary recipe.
package struct FitRecipes {
    package let folder: FitFolder
    package let survey: DataSurvey
    /// Share of the training images that is held out to choose by.
    package let holdOut: Double
    package let seed: UInt64
    package let task: Recipe.TaskKind?
    /// What teaches; nil for none.
    package let teacher: TeacherSource?

    package init(
        folder: FitFolder, survey: DataSurvey, holdOut: Double, seed: UInt64, task: Recipe.TaskKind?,
        teacher: TeacherSource?
    ) {
        (self.folder, self.survey, self.holdOut, self.seed) = (folder, survey, holdOut, seed)
        (self.task, self.teacher) = (task, teacher)
    }

    /// The settings of any training.
    ///
    /// - Parameter images: how many are trained on.
    private func recipe(_ network: String, data: String, images: Int, epochs: Int, rate: Double) -> Recipe {
        var recipe = Recipe(network: network, data: data)
        recipe.task = task
        recipe.epochs = epochs
        recipe.holdOut = holdOut
        recipe.batchSize = Self.batchSize(images)
        // As the noise of a batch goes with the root of its size.
        recipe.learningRate = rate * (Double(recipe.batchSize) / 64).squareRoot()
        recipe.warmupEpochs = min(1, Double(epochs) / 5)
        recipe.seed = seed
        recipe.normalization = survey.isInMemory ? .measured : .half
        if task == .detection {
            detect(&recipe, images: images)
        } else {
            recipe.labelSmoothing = 0.1
            // Nobody watches: one network whose loss runs away must not end the fit.
            recipe.clipNorm = 5
            if survey.imbalance >= DataSurvey.imbalanceLimit { recipe.balance = .sampling }
        }
        return recipe
    }

    /// Settings of `Experiments/bccd.yaml`, which suit few images of many objects.
    private func detect(_ recipe: inout Recipe, images: Int) {
        recipe.batchSize = min(8, recipe.batchSize)
        (recipe.optimizer, recipe.learningRate, recipe.weightDecay) = (.adamw, 2e-3, 0.02)
        (recipe.clipNorm, recipe.zoomOut, recipe.normalization) = (5, 1, .imagenet)
        recipe.ema = Self.averageDecay(steps: recipe.epochs * (images / recipe.batchSize))
    }

    /// The decay of the weights' average in a training of so many steps; nil for one too short for any. It spans a tenth
    /// of them and a hundred at most, so that a rung's score tells what was learned, not what the network began with.
    package static func averageDecay(steps: Int) -> Double? {
        let span = min(100, Double(steps) / 10)
        return span >= 2 ? 1 - 1 / span : nil
    }

    /// Half as many as make eight steps of an epoch, 64 at most.
    package static func batchSize(_ images: Int) -> Int {
        var size = 64
        while size > 2, images / size < 8 { size /= 2 }
        return min(size, max(1, images))
    }

    /// The fewest epochs of the last training from which on rectangles of its images become noise: shorter ones do not learn images by
    /// heart.
    package static let erasingEpochs = 30

    /// A candidate's training.
    ///
    /// - Parameters:
    ///   - weights: of the rung before; nil to begin.
    ///   - crops: crops of each image that the teacher is asked about; nil for no teacher.
    ///   - isLast: whether it is the winner's, to the end.
    package func candidate(
        _ candidate: FitCandidate, data: String, images: Int, epochs: Int, weights: String?, crops: Int?,
        isLast: Bool = false
    ) -> Recipe {
        let network: String
        let start: String?
        switch candidate.origin {
        case .searched: (network, start) = (candidate.network, nil)
        case .pretrained: (network, start) = (candidate.network, teacher?.file)
        case .pruned:
            let pruned = folder.pruned(candidate.name)
            (network, start) = (pruned + "/network.json", pruned + "/model.safetensors")
        }
        var recipe = recipe(
            network, data: data, images: images, epochs: epochs, rate: candidate.origin == .pruned ? 0.02 : 0.05)
        recipe.resolution = candidate.resolution
        recipe.channels = candidate.channels
        recipe.weights = weights ?? start
        // The folders of its weights, pruned or of the rung before, say what pixels the teacher saw.
        if candidate.origin == .pruned { recipe.normalization = .weights }
        if candidate.origin == .pretrained, let teacher {
            (recipe.normalization, recipe.learningRate) = (teacher.normalization, Self.pretrainedDetectorRate)
        }
        guard task != .detection else { return recipe }
        if let crops, let teacher { (recipe.teacher, recipe.teacherCrops) = (teacher.run(folder).path, crops) }
        if isLast, candidate.origin == .searched, epochs >= Self.erasingEpochs { recipe.erasing = 0.25 }
        return recipe
    }

    /// The fewest epochs of a teacher of which the first is for its new classifier alone: of five, that one was missed
    /// afterwards (Documentation/Training.md).
    package static let freezingEpochs = 10

    /// AdamW's rate for a detector whose backbone has learned already; Documentation/Fit.md has what others came to.
    private static let pretrainedDetectorRate = 4e-3

    /// The teacher's own training, with the defaults of fine-tuning; nil where it is trained already.
    package func teacher(_ stage: FitSchedule.TeacherStage, data: String, images: Int) -> Recipe? {
        guard let teacher, case .weights(let file, let network) = teacher.kind else { return nil }
        var defaults = Recipe(network: network)
        defaults.takeFineTuningDefaults()
        var recipe = recipe(
            network, data: data, images: images, epochs: max(1, stage.epochs), rate: defaults.learningRate)
        (recipe.fineTune, recipe.freeze, recipe.normalization) = (true, defaults.freeze, teacher.normalization)
        recipe.resolution = stage.resolution
        recipe.channels = 3
        recipe.weights = file
        if recipe.epochs < Self.freezingEpochs || !teacher.startsLayersAnew(recipe, classes: survey.classNames.count) {
            recipe.freeze = 0
        }
        return recipe
    }
}
