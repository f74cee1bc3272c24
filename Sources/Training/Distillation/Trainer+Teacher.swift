import Datasets

extension Trainer {
    /// Has the teacher answer before the first step, where the recipe says so. Returns false where it was asked to stop.
    func askTeacher() throws -> Bool {
        guard let distillation, let crops = trainingLoader.configuration.crops else { return true }
        let questions = TeacherQuestions(
            distillation.teacher, recipe, data, crops, options, folder: options.teacherAnswers ?? run.teacherAnswers,
            ranks: ranks)
        let answers = try questions.answers(shouldStop: shouldStop) {
            report(.teacherAsked(share: $0, crops: crops.count))
        }
        guard let answers else { return false }
        distillation.take(answers)
        return true
    }

    /// Asks the teacher of a recipe about the recipe's images, for trainings of them, or of some of them, that share its answers.
    ///
    /// - Parameter folder: `teacherAnswers` of those trainings' options.
    /// - Returns: false where it was asked to stop.
    package static func askTeacher(
        of recipe: Recipe, options: TrainerOptions, folder: String, shouldStop: () -> Bool,
        report: (TrainingEvent) -> Void
    ) throws -> Bool {
        try recipe.validate()
        let data = try TrainingData(recipe)
        guard let distillation = try Distillation(recipe, data, device: options.device),
            let crops = try recipe.repeatedCrops(of: data)
        else { return true }
        let questions = TeacherQuestions(
            distillation.teacher, recipe, data, crops, options, folder: folder, ranks: .alone)
        return try questions.answers(shouldStop: shouldStop) {
            report(.teacherAsked(share: $0, crops: crops.count))
        } != nil
    }
}

extension Recipe {
    /// The crops that come again and again; nil where they are new in every epoch.
    ///
    /// - Throws: `TrainingError` where there is no memory for what a teacher says of them.
    func repeatedCrops(of data: TrainingData) throws -> RepeatedCrops? {
        guard let teacherCrops else { return nil }
        try TeacherAnswers.checkSize(
            crops: teacherCrops, images: data.training.count, classes: data.training.classNames.count)
        return RepeatedCrops(count: teacherCrops, identities: try data.training.identities(in: self.data))
    }
}

extension TeacherQuestions {
    fileprivate init(
        _ teacher: Teacher, _ recipe: Recipe, _ data: TrainingData, _ crops: RepeatedCrops, _ options: TrainerOptions,
        folder: String, ranks: Ranks
    ) {
        self.init(
            teacher: teacher, data: data, crops: crops, seed: recipe.seed, skipsBadImages: recipe.skipBadImages,
            workers: options.workers, folder: folder, ranks: ranks)
    }
}
