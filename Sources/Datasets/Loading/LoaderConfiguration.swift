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
        guard (1...4096).contains(prefetch) else {
            throw DatasetsError("a prefetch of \(prefetch) batches is not possible: use 1 to 4096")
        }
    }
}
