import Datasets
import Foundation
import Quantization
import Synchronization

/// Runs an int8 model over batches of images as a device would see them, on all cores.
struct ImageRunner {
    let program: KernelProgram
    private let executors: [HostExecutor]

    /// - Parameter threads: each has an arena of its own.
    init(_ model: QuantizedModel, threads: Int) throws {
        program = try KernelProgram(model)
        let first = HostExecutor(program)
        executors = [first] + (1..<max(1, threads)).map { _ in first.copy() }
    }

    /// What `body` makes of each image of a batch, in order.
    func results<Result: Sendable>(
        _ batch: Batch, _ body: @Sendable (HostExecutor, UnsafeBufferPointer<UInt8>) -> Result
    ) throws -> [Result] {
        let bytes = batch.height * batch.width * batch.channels
        guard bytes == program.imageBytes else {
            throw QuantizationError(
                "images are \(batch.channels)×\(batch.height)×\(batch.width), and the model takes \(program.model.network.inputShape)"
            )
        }
        let share = (batch.count + executors.count - 1) / executors.count
        let results = Mutex([[Result]](repeating: [], count: executors.count))
        // Each iteration has an executor to itself, and a batch's pixels are never written again.
        nonisolated(unsafe) let executors = executors
        DispatchQueue.concurrentPerform(iterations: executors.count) { thread in
            let rows = min(batch.count, thread * share)..<min(batch.count, (thread + 1) * share)
            let own = rows.map { row in
                batch.pixels.withUnsafeBytes { pixels in
                    let image = UnsafeRawBufferPointer(rebasing: pixels[row * bytes..<(row + 1) * bytes])
                    return body(executors[thread], image.bindMemory(to: UInt8.self))
                }
            }
            results.withLock { $0[thread] = own }
        }
        return results.withLock { $0.flatMap { $0 } }
    }
}
