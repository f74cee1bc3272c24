import Datasets
import Detection
import Training

/// The images with boxes that a trained detector is scored on.
struct AnnotatedEvaluation {
    /// Which part of the data they are.
    let part: EvaluationPart
    /// How many of them the network was trained on.
    let trainedOn: Int
    let annotations: AnnotatedImages
    private let configuration: RunConfiguration

    /// Opens a part of a run's data, or of other data: where none is named, what the run held out, else the test split if there is one.
    ///
    /// Says so where the run was trained on some of the images.
    ///
    /// - Throws: `DatasetsError` where the classes are not those that the run was trained on.
    init(_ data: RunData, part wanted: EvaluationPart? = nil) throws {
        part = try data.part(wanted)
        configuration = data.configuration
        annotations = try data.annotations(part)
        trainedOn = try data.trainedOn(part, AnnotatedDataset(annotations, cacheBytes: 0))
        data.warn(trainedOn: trainedOn, of: annotations.images.count)
    }

    /// A loader of them, in order.
    func loader(batchSize: Int = 32, workers: Int = 2, skipBadImages: Bool = false) throws -> Loader {
        try Loader(
            dataset: AnnotatedDataset(annotations, cacheBytes: 0), transform: configuration.evaluationTransform,
            configuration: LoaderConfiguration(
                batchSize: batchSize, seed: 0, shuffle: false, dropLast: false, workers: workers,
                skipBadImages: skipBadImages))
    }

    func report(_ scores: DetectionEvaluation) -> DetectionReport {
        DetectionReport(scores, annotations, part: part, trainedOn: trainedOn)
    }

    func report(_ images: [EvaluatedImage]) -> DetectionReport {
        DetectionReport(images, annotations, part: part, trainedOn: trainedOn)
    }
}
