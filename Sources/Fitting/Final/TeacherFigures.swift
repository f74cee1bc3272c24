import Datasets
import Training

/// What a teacher scores on the images that the figures are taken on: what those that learn from it are measured by.
package struct TeacherFigures {
    package let teacher: RunFolder
    /// The data that is fitted to, which need not be what the teacher was trained on.
    package let data: String
    package let figures: EvaluationPart

    /// The share that it gets right.
    package func accuracy() throws -> ScoreInterval {
        let trained = try TrainedModel(teacher)
        let loader = try RunData(trained, data: data).loader(figures)
        let evaluation = try Evaluator(trained.model, trained.configuration).evaluate(loader)
        return ScoreInterval(right: evaluation.right, of: evaluation.images)
    }
}

extension RunData {
    /// Batches for scoring, in order: every image of a part, at the network's own size.
    func loader(_ part: EvaluationPart) throws -> Loader {
        try Loader(
            dataset: images(part), transform: configuration.evaluationTransform,
            configuration: LoaderConfiguration(
                batchSize: 64, seed: 0, shuffle: false, dropLast: false, workers: 2,
                skipBadImages: configuration.recipe.skipBadImages))
    }
}

extension Evaluation {
    /// Images whose class was found.
    var right: Int { confusion.indices.reduce(0) { $0 + confusion[$1][$1] } }
}
