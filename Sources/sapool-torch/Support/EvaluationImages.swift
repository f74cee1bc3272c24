import Datasets
import Training

/// The images that a trained network is scored on.
struct EvaluationImages {
    /// Which part of the data they are.
    let part: EvaluationPart
    /// How many of them the network was trained on.
    let trainedOn: Int
    private let dataset: any Dataset
    private let configuration: RunConfiguration

    /// Opens a part of a run's data, or of other data: where none is named, what the run held out, else the test split if there is one.
    ///
    /// Says so where the run was trained on some of the images.
    ///
    /// - Throws: `TrainingError` where the classes are not those that the run was trained on.
    init(_ data: RunData, part wanted: EvaluationPart? = nil) throws {
        part = try data.part(wanted)
        configuration = data.configuration
        dataset = try data.images(part)
        trainedOn = try data.trainedOn(part, dataset)
        data.warn(trainedOn: trainedOn, of: dataset.count)
    }

    /// A loader of them, in order.
    func loader(batchSize: Int = 128, workers: Int = 2, skipBadImages: Bool = false) throws -> Loader {
        try Loader(
            dataset: dataset, transform: configuration.evaluationTransform,
            configuration: LoaderConfiguration(
                batchSize: batchSize, seed: 0, shuffle: false, dropLast: false, workers: workers,
                skipBadImages: skipBadImages))
    }
}

extension RunData {
    /// Says where a score is taken on images that the run was trained on.
    func warn(trainedOn: Int, of count: Int) {
        TrainingWarning.note(
            run.path, trainedOn: trainedOn, of: count, holdsOut: isOwn && configuration.recipe.holdOut > 0)
    }
}
