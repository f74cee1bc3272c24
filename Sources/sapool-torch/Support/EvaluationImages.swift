import Datasets
import Training

/// The images that a trained network is scored on.
struct EvaluationImages {
    /// Which split they are.
    let split: Split
    private let dataset: any Dataset
    private let configuration: RunConfiguration

    /// Opens a split of a data set, or its test split where it has one.
    ///
    /// - Throws: `TrainingError` where its classes are not those that the run was trained on.
    init(_ data: String, split: Split? = nil, run: String? = nil, _ configuration: RunConfiguration) throws {
        let splits = try DatasetCatalog.availableSplits(data)
        self.split = split ?? .toScore(of: splits)
        self.configuration = configuration
        dataset = try DatasetCatalog.open(data, split: self.split)
        guard dataset.classNames == configuration.classNames else {
            throw TrainingError(
                "\(data) has other classes (\(dataset.classNames.prefix(5).joined(separator: ", ")) …) than \(run ?? "the run") was trained on "
                    + "(\(configuration.classNames.prefix(5).joined(separator: ", ")) …)")
        }
    }

    /// A loader of them, in order.
    func loader(
        batchSize: Int = 128, workers: Int = 2, skipBadImages: Bool = false
    ) throws -> (loader: Loader, split: Split) {
        (
            try Loader(
                dataset: dataset, transform: configuration.evaluationTransform,
                configuration: LoaderConfiguration(
                    batchSize: batchSize, seed: 0, shuffle: false, dropLast: false, workers: workers,
                    skipBadImages: skipBadImages)), split
        )
    }
}

extension Split {
    /// The split that a trained network is scored on: the test split where there is one.
    static func toScore(of splits: [Split]) -> Split {
        [.test, .validation, .train].first(where: splits.contains) ?? .test
    }
}
