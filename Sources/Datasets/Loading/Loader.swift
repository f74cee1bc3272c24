import Reporting

/// Hands out a data set in batches, prepared by threads ahead of time.
///
/// Order and augmentation depend on the seed and the epoch alone: neither on the number of workers, nor on timing, nor
/// on where in an epoch it starts.
///
/// ```swift
/// let images = try DatasetCatalog.open("photos", split: .train)
/// let loader = try Loader(
///     dataset: images, transform: .training(size: ImageSize(square: 128)),
///     configuration: LoaderConfiguration(batchSize: 32, seed: 1))
/// let batches = loader.batches(epoch: 0)
/// while let batch = try batches.next() {
///     print(batch.step, batch.count, batch.labels)
/// }
/// ```
public final class Loader: Sendable {
    /// Where the images come from.
    public let dataset: any Dataset
    /// What happens to each of them.
    public let transform: Transform
    /// How they are handed out.
    public let configuration: LoaderConfiguration
    private let skipped = SkippedImages()

    /// Makes a loader; nothing is read yet.
    ///
    /// - Throws: `DatasetsError` if the data set is empty or smaller than the only batch there may be, or an option of
    ///   the transform or the configuration makes no sense.
    public init(dataset: any Dataset, transform: Transform, configuration: LoaderConfiguration) throws {
        try configuration.validate()
        try transform.validate()
        guard dataset.count > 0 else { throw DatasetsError("\(dataset.name) holds no images") }
        guard !configuration.dropLast || dataset.count >= configuration.batchSize else {
            throw DatasetsError(
                "\(dataset.name) has \(counted(dataset.count, "image")), fewer than one batch of \(configuration.batchSize): "
                    + "use smaller batches")
        }
        if let crops = configuration.crops, crops.identities.count != dataset.count {
            throw DatasetsError(
                "\(dataset.name) has \(counted(dataset.count, "image")), and \(crops.identities.count) are told apart by their crops"
            )
        }
        let size = transform.outputSize
        let channels = transform.channels ?? dataset.channels
        guard size.width * size.height * channels <= (1 << 36) / configuration.batchSize else {
            throw DatasetsError(
                "a batch of \(configuration.batchSize) images of \(size) pixels takes more than 64 GiB: "
                    + "use smaller ones")
        }
        self.dataset = dataset
        self.transform = transform
        self.configuration = configuration
    }

    /// The number of batches in an epoch.
    public var stepsPerEpoch: Int {
        let (whole, rest) = dataset.count.quotientAndRemainder(dividingBy: configuration.batchSize)
        return rest == 0 || configuration.dropLast ? whole : whole + 1
    }

    /// The images that were left out so far (see `LoaderConfiguration.skipBadImages`), sorted, each once.
    public var skippedImages: [SkippedImage] { skipped.sorted }

    /// Starts an epoch.
    ///
    /// - Parameters:
    ///   - epoch: which one; order and augmentation follow from it.
    ///   - step: the first batch wanted: the same that comes after `step` others. Past the end there are none.
    public func batches(epoch: Int, startingAt step: Int = 0) -> BatchIterator {
        let maker = BatchMaker(
            dataset: dataset, transform: transform, configuration: configuration, epoch: epoch,
            order: order(epoch: epoch))
        let first = max(0, min(step, stepsPerEpoch))
        return BatchIterator(maker: maker, steps: first..<stepsPerEpoch, skipped: skipped)
    }

    private func order(epoch: Int) -> [Int] {
        guard configuration.shuffle else { return Array(0..<dataset.count) }
        var order = configuration.balanced ? balancedImages(epoch: epoch) : Array(0..<dataset.count)
        var generator = SampleGenerator(seed: configuration.seed, stream: .order, epoch: epoch, index: 0)
        generator.shuffle(&order)
        return order
    }

    /// As many images as the data set has, of every class the same number, give or take one.
    ///
    /// No image comes again before all of its class have come; epochs begin with other images of large classes.
    private func balancedImages(epoch: Int) -> [Int] {
        var members = [[Int]](repeating: [], count: dataset.classNames.count)
        for index in 0..<dataset.count { members[dataset.label(at: index)].append(index) }
        members.removeAll(where: \.isEmpty)
        var images: [Int] = []
        images.reserveCapacity(dataset.count)
        for (number, var indices) in members.enumerated() {
            // What is left over goes to other classes in every epoch.
            let place = (number + epoch) % members.count
            let wanted = dataset.count * (place + 1) / members.count - dataset.count * place / members.count
            var generator = SampleGenerator(seed: configuration.seed, stream: .order, epoch: epoch, index: number + 1)
            var taken = 0
            while taken < wanted {
                generator.shuffle(&indices)
                images += indices.prefix(wanted - taken)
                taken += indices.count
            }
        }
        return images
    }
}
