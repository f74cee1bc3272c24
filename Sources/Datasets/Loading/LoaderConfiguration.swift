/// How a data set is handed out in batches.
public struct LoaderConfiguration: Sendable, Equatable {
    /// Images a batch.
    public var batchSize: Int
    /// What order and augmentation follow from, together with the epoch.
    public var seed: UInt64
    /// Whether every epoch has an order of its own; otherwise it is the data set's.
    public var shuffle: Bool
    /// Whether a last batch of fewer images is left out.
    public var dropLast: Bool
    /// Threads that prepare batches; 0 prepares them on the caller's thread.
    public var workers: Int
    /// The most batches that are finished or in work ahead of the caller.
    public var prefetch: Int
    /// Whether an image that cannot be read is left out of its batch instead of being an error.
    public var skipBadImages: Bool
    /// Which rows of every batch this process takes, where several share the work.
    public var part = BatchPart.whole
    /// Whether every class is drawn equally often: images of large classes are left out of an epoch, those of small ones come more than
    /// once. Needs `shuffle`.
    public var balanced = false
    /// How images are mixed with others of their batch, if they are.
    public var mixing: ImageMixing?
    /// The crops that each image has, if they are few; nil for new ones in every epoch.
    public var crops: RepeatedCrops?

    /// Makes a configuration.
    public init(
        batchSize: Int, seed: UInt64 = 0, shuffle: Bool = true, dropLast: Bool = false, workers: Int = 2,
        prefetch: Int = 4, skipBadImages: Bool = false
    ) {
        self.batchSize = batchSize
        self.seed = seed
        self.shuffle = shuffle
        self.dropLast = dropLast
        self.workers = workers
        self.prefetch = prefetch
        self.skipBadImages = skipBadImages
    }

    func validate() throws {
        guard (1...(1 << 20)).contains(batchSize) else {
            throw DatasetsError("a batch of \(batchSize) images is not possible: use 1 to \(1 << 20)")
        }
        guard (0...1024).contains(workers) else {
            throw DatasetsError("\(workers) loader workers are not possible: use 0 to 1024")
        }
        guard part.count > 0, (0..<part.count).contains(part.index) else {
            throw DatasetsError("part \(part.index) of \(part.count) of a batch is not possible: parts count from 0")
        }
        try mixing?.validate()
        if let crops, crops.count < 1 {
            throw DatasetsError("\(crops.count) crops of each image are not possible: use 1 or more")
        }
        guard (1...4096).contains(prefetch) else {
            throw DatasetsError("a prefetch of \(prefetch) batches is not possible: use 1 to 4096")
        }
    }
}

/// A contiguous share of the rows of every batch: parts 0 to `count` − 1 are the whole batch, whatever `count` is.
public struct BatchPart: Sendable, Equatable {
    /// Which one, from 0.
    public var index: Int
    /// How many there are.
    public var count: Int

    /// All rows.
    public static let whole = BatchPart(index: 0, count: 1)

    /// One of `count` parts.
    public init(index: Int, count: Int) {
        self.index = index
        self.count = count
    }

    /// The rows of this part; sizes differ by at most one.
    public func rows(of total: Int) -> Range<Int> { total * index / count..<total * (index + 1) / count }
}
