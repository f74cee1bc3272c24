import Datasets
import Detection
import Training

/// The images with boxes that a trained detector is scored on.
struct AnnotatedEvaluation {
    /// Which split they are.
    let split: Split
    let annotations: AnnotatedImages
    private let configuration: RunConfiguration

    /// Opens a split of a folder, or its test split where it has one.
    ///
    /// - Throws: `DatasetsError` where its classes are not those that the run was trained on.
    init(_ data: String, split: Split? = nil, _ configuration: RunConfiguration) throws {
        let source = try AnnotatedFolder(data)
        self.split = split ?? .toScore(of: source.splits)
        self.configuration = configuration
        annotations = try source.annotations(for: self.split, classNames: configuration.classNames)
    }

    /// A loader of them, in order.
    func loader(batchSize: Int = 32, workers: Int = 2, skipBadImages: Bool = false) throws -> Loader {
        try Loader(
            dataset: AnnotatedDataset(annotations, cacheBytes: 0), transform: configuration.evaluationTransform,
            configuration: LoaderConfiguration(
                batchSize: batchSize, seed: 0, shuffle: false, dropLast: false, workers: workers,
                skipBadImages: skipBadImages))
    }

    func report(_ scores: DetectionEvaluation) -> DetectionReport { DetectionReport(scores, annotations, split: split) }

    func report(_ images: [EvaluatedImage]) -> DetectionReport { DetectionReport(images, annotations, split: split) }
}
