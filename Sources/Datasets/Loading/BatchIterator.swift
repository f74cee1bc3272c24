import Synchronization

/// The batches of one epoch, in order.
///
/// Use it from one thread. Dropping it early stops its worker threads: `deinit` waits for the images in work.
public final class BatchIterator {
    private let maker: BatchMaker
    private let skipped: SkippedImages
    private let pipeline: Pipeline?
    private let scratch = ResizeScratch()
    private var steps: Range<Int>
    private var deliveredImages = false
    private var skippedImages = false
    private let startsInside: Bool

    init(maker: BatchMaker, steps: Range<Int>, skipped: SkippedImages) {
        self.maker = maker
        self.steps = steps
        self.skipped = skipped
        startsInside = steps.lowerBound > 0
        let workers = min(maker.configuration.workers, steps.count)
        pipeline = workers > 0 ? Pipeline(maker: maker, steps: steps) : nil
        pipeline?.start(workers: workers)
    }

    deinit {
        pipeline?.cancel()
        pipeline?.join()
    }

    /// The next batch, or `nil` after the last.
    ///
    /// A batch all of whose images were skipped, or none of whose rows are this process's, is left out; `Batch.step` tells.
    ///
    /// - Throws: `DatasetsError` if an image of this batch cannot be read, at the same batch whatever the number of
    ///   workers; or, when all of an epoch's images were skipped, at its end. There are no batches after an error.
    public func next() throws -> Batch? {
        while !steps.isEmpty {
            do {
                guard let batch = try nextOfAnySize() else { break }
                skipped.add(batch.skipped, of: maker.dataset)
                if !batch.skipped.isEmpty { skippedImages = true }
                if batch.count > 0 {
                    deliveredImages = true
                    return batch
                }
            } catch {
                cancel()
                throw error
            }
            if steps.isEmpty, skippedImages, !deliveredImages, !startsInside {
                throw DatasetsError("none of the images of \(maker.dataset.name) can be read")
            }
        }
        return nil
    }

    /// Ends the iteration; the threads stop soon after.
    public func cancel() {
        steps = steps.upperBound..<steps.upperBound
        pipeline?.cancel()
    }

    private func nextOfAnySize() throws -> Batch? {
        let step = steps.removeFirst()
        guard let pipeline else { return try maker.batch(step, scratch: scratch) { false } }
        return try pipeline.take()?.get()
    }
}

/// An image that was left out.
public struct SkippedImage: Sendable, Equatable {
    /// Where it is.
    public let location: String
    /// Why it cannot be used.
    public let reason: String
}

/// The images that a loader has left out, each once.
final class SkippedImages: Sendable {
    private let reasons = Mutex<[Int: SkippedImage]>([:])

    func add(_ images: [(index: Int, reason: String)], of dataset: any Dataset) {
        guard !images.isEmpty else { return }
        reasons.withLock { reasons in
            for (index, reason) in images where reasons[index] == nil {
                reasons[index] = SkippedImage(location: dataset.location(of: index), reason: reason)
            }
        }
    }

    var sorted: [SkippedImage] {
        reasons.withLock { Array($0.values) }.sorted { ($0.location, $0.reason) < ($1.location, $1.reason) }
    }
}
