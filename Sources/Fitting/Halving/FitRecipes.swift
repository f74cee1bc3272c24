import Training

/// How a fit's trainings are set, each an ordinary recipe.
struct FitRecipes {
    let folder: FitFolder
    let survey: DataSurvey
    /// Share of the training images that is held out to choose by.
    let holdOut: Double
    let seed: UInt64
    let task: Recipe.TaskKind?
    /// What teaches; nil for none.
    let teacher: TeacherSource?

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
            detect(&recipe)
        } else {
            recipe.labelSmoothing = 0.1
            // Nobody watches: one network whose loss runs away must not end the fit.
            recipe.clipNorm = 5
            if survey.imbalance >= DataSurvey.imbalanceLimit { recipe.balance = .sampling }
        }
        return recipe
    }

    /// Settings of `Experiments/bccd.yaml`, which suit few images of many objects.
    private func detect(_ recipe: inout Recipe) {
        recipe.batchSize = min(8, recipe.batchSize)
        (recipe.optimizer, recipe.learningRate, recipe.weightDecay) = (.adamw, 2e-3, 0.02)
        (recipe.clipNorm, recipe.ema, recipe.zoomOut) = (5, 0.99, 1)
        recipe.normalization = .imagenet
    }

    /// Half as many as make eight steps of an epoch, 64 at most.
    static func batchSize(_ images: Int) -> Int {
        var size = 64
        while size > 2, images / size < 8 { size /= 2 }
        return min(size, max(1, images))
    }

    /// A candidate's training.
    ///
    /// - Parameter weights: of the rung before; nil to begin.
    func candidate(
        _ candidate: FitCandidate, data: String, images: Int, epochs: Int, weights: String?
    ) -> Recipe {
        let network: String
        let start: String?
        switch candidate.origin {
        case .searched: (network, start) = (candidate.network, nil)
        case .pruned:
            let pruned = folder.pruned(candidate.name)
            (network, start) = (pruned + "/network.json", pruned + "/model.safetensors")
        }
        var recipe = recipe(
            network, data: data, images: images, epochs: epochs, rate: candidate.origin == .pruned ? 0.02 : 0.05)
        recipe.resolution = candidate.resolution
        recipe.channels = candidate.channels
        recipe.weights = weights ?? start
        if candidate.origin == .pruned, let teacher { recipe.normalization = teacher.normalization }
        if task != .detection { recipe.teacher = teacher?.run(folder).path }
        return recipe
    }

    /// The teacher's own training; nil where it is trained already.
    func teacher(_ stage: FitSchedule.TeacherStage, data: String, images: Int) -> Recipe? {
        guard let teacher, case .weights(let file, let network) = teacher.kind else { return nil }
        var recipe = recipe(network, data: data, images: images, epochs: max(1, stage.epochs), rate: 0.01)
        recipe.resolution = stage.resolution
        recipe.channels = 3
        recipe.weights = file
        recipe.normalization = teacher.normalization
        return recipe
    }
}
