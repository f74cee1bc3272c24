import Foundation
import Synchronization

/// What the caller and the workers of one epoch share: the next step to work on, and the finished batches.
final class Pipeline: @unchecked Sendable {
    // Unchecked: all variables are guarded by `condition`.

    private let maker: BatchMaker
    private let steps: Range<Int>
    private let window: Int
    private let condition = NSCondition()
    private let isCancelled = Atomic(false)
    private var nextToMake: Int
    private var nextToTake: Int
    private var finished: [Int: Result<Batch, any Error>] = [:]
    private var liveWorkers = 0

    init(maker: BatchMaker, steps: Range<Int>) {
        self.maker = maker
        self.steps = steps
        window = maker.configuration.prefetch
        nextToMake = steps.lowerBound
        nextToTake = steps.lowerBound
    }

    /// Starts the threads.
    func start(workers: Int) {
        liveWorkers = workers
        for number in 0..<workers {
            let thread = Thread { [self] in work() }
            thread.name = "sapool loader \(number)"
            thread.start()
        }
    }

    /// The result of the next step, or `nil` after the last and after cancellation.
    func take() -> Result<Batch, any Error>? {
        condition.lock()
        defer { condition.unlock() }
        guard nextToTake < steps.upperBound else { return nil }
        while !isCancelled.load(ordering: .relaxed) {
            if let result = finished.removeValue(forKey: nextToTake) {
                nextToTake += 1
                condition.broadcast()
                return result
            }
            condition.wait()
        }
        return nil
    }

    /// Tells the workers to stop; returns at once.
    func cancel() {
        condition.lock()
        isCancelled.store(true, ordering: .relaxed)
        finished = [:]
        condition.broadcast()
        condition.unlock()
    }

    /// Waits until no worker runs any more.
    func join() {
        condition.lock()
        while liveWorkers > 0 { condition.wait() }
        condition.unlock()
    }

    private func work() {
        let scratch = ResizeScratch()
        while let step = stepToMake() {
            let result: Result<Batch, any Error>
            do {
                guard
                    let batch = try maker.batch(
                        step, scratch: scratch, isCancelled: { isCancelled.load(ordering: .relaxed) })
                else { break }
                result = .success(batch)
            } catch {
                result = .failure(error)
            }
            deliver(result, step)
        }
        condition.lock()
        liveWorkers -= 1
        condition.broadcast()
        condition.unlock()
    }

    private func stepToMake() -> Int? {
        condition.lock()
        defer { condition.unlock() }
        while !isCancelled.load(ordering: .relaxed), nextToMake < steps.upperBound {
            if nextToMake < nextToTake + window {
                nextToMake += 1
                return nextToMake - 1
            }
            condition.wait()
        }
        return nil
    }

    private func deliver(_ result: Result<Batch, any Error>, _ step: Int) {
        condition.lock()
        if !isCancelled.load(ordering: .relaxed) {
            finished[step] = result
            condition.broadcast()
        }
        condition.unlock()
    }
}
