import ArgumentParser
import CommandLineSupport
import Datasets
import Reporting

/// Goes through images in batches, and past those that cannot be read.
struct ImagePass {
    private let dataset: any Dataset
    private let loader: Loader

    /// - Parameter batchSize: images that are in memory at a time.
    init(_ dataset: any Dataset, _ transform: Transform, batchSize: Int) throws {
        self.dataset = dataset
        loader = try Loader(
            dataset: dataset, transform: transform,
            configuration: LoaderConfiguration(
                batchSize: batchSize, seed: 0, shuffle: false, dropLast: false, workers: 0, skipBadImages: true))
    }

    /// Calls `body` with each batch, in order.
    func forEachBatch(_ body: (Batch) throws -> Void) throws {
        let batches = loader.batches(epoch: 0)
        while let batch = try next(batches) { if batch.count > 0 { try body(batch) } }
    }

    private func next(_ batches: BatchIterator) throws -> Batch? {
        do {
            return try batches.next()
        } catch {
            // Where no image can be read, `finish` says why of each.
            guard loader.skippedImages.isEmpty else { return nil }
            throw error
        }
    }

    /// Says which images could not be read.
    ///
    /// - Throws: an error where there are any, after everything else has been done.
    func finish() throws {
        let skipped = loader.skippedImages
        guard let first = skipped.first else { return }
        guard dataset.count > 1 else { throw DatasetsError(first.reason) }
        for image in skipped { note("Error: \(image.reason.printableName)") }
        note("\(grouped(skipped.count)) of \(counted(dataset.count, "image")) could not be read")
        throw ExitCode.failure
    }
}
