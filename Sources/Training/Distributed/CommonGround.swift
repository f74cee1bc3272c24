import Reporting

/// What all ranks have to agree on before they train, as the first one has it.
struct CommonGround: Codable {
    let configuration: RunConfiguration
    let trainingImages: Int
    let evaluationImages: Int

    init(_ configuration: RunConfiguration, _ data: TrainingData) {
        self.configuration = configuration
        trainingImages = data.training.count
        evaluationImages = data.evaluation.count
    }

    /// Checks that a rank has the first one's images.
    ///
    /// - Throws: `TrainingError` with both numbers.
    func check(_ data: TrainingData, rank: Int) throws {
        guard
            data.training.count == trainingImages, data.evaluation.count == evaluationImages,
            data.training.classNames == configuration.classNames
        else {
            throw TrainingError(
                "rank \(rank) has \(counted(data.training.count, "image")) of \(counted(data.training.classNames.count, "class", "classes")) for training and "
                    + "\(data.evaluation.count) for evaluation, and the first rank \(trainingImages) of "
                    + "\(configuration.classNames.count) and \(evaluationImages): give all ranks the same data")
        }
        let images = rank == 0 ? configuration.images : data.record()
        if let expected = configuration.images, let images, !images.agrees(with: expected) {
            throw TrainingError(
                "rank \(rank) has other images than the first rank, though as many: give all ranks the same data")
        }
    }
}

/// Where a training goes on, and the metrics of the epoch before.
struct TrainingPosition: Codable {
    let state: TrainingState
    let metrics: EpochMetrics?
}
