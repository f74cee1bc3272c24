import Dispatch
import Synchronization

/// The results of a function of many values, on all cores, in the values' order.
package func inParallel<Value: Sendable, Result: Sendable>(
    _ values: [Value], chunk: Int = 1, progress: @Sendable (Int) -> Void = { _ in },
    _ body: @Sendable (Value) -> Result
) -> [Result] {
    let count = (values.count + chunk - 1) / chunk
    let results = Mutex<[Int: [Result]]>([:])
    DispatchQueue.concurrentPerform(iterations: count) { index in
        let own = values[index * chunk..<min(values.count, (index + 1) * chunk)].map(body)
        let done = results.withLock { all in
            all[index] = own
            return all.count
        }
        progress(min(values.count, done * chunk))
    }
    return results.withLock { all in (0..<count).flatMap { all[$0] ?? [] } }
}
