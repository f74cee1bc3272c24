import Datasets

/// The batches of an epoch by their steps. Some steps may have none: those whose images all are broken, where such are left out.
final class StepBatches {
    private let batches: BatchIterator
    private var waiting: Batch?
    private var isOver = false

    init(_ batches: BatchIterator) { self.batches = batches }

    /// The batch of a step; nil where none of its images can be read. Steps have to be asked for in order.
    func batch(ofStep step: Int) throws -> Batch? {
        if waiting == nil, !isOver {
            waiting = try batches.next()
            isOver = waiting == nil
        }
        guard let batch = waiting, batch.step == step else { return nil }
        waiting = nil
        return batch
    }
}
