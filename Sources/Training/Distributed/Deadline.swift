import Foundation

/// Work that somebody waits for only so long.
///
/// Its thread cannot be stopped: where the time is over, the process had better end.
final class Deadline<Value>: @unchecked Sendable {
    // Unchecked: `result` is guarded by `condition`, and whoever waits takes it over.

    private let condition = NSCondition()
    private var result: Result<Value, any Error>?
    private let work: () throws -> Value

    private init(_ work: @escaping () throws -> Value) { self.work = work }

    /// Does something on a thread of its own.
    ///
    /// - Returns: nil where it is not done in time.
    static func run(seconds: Double, _ work: @escaping () throws -> Value) throws -> Value? {
        let deadline = Deadline(work)
        let thread = Thread { deadline.perform() }
        thread.start()
        return try deadline.wait(until: Date(timeIntervalSinceNow: seconds))?.get()
    }

    private func perform() {
        let result = Result { try work() }
        condition.lock()
        self.result = result
        condition.signal()
        condition.unlock()
    }

    private func wait(until end: Date) -> Result<Value, any Error>? {
        condition.lock()
        defer { condition.unlock() }
        while result == nil, condition.wait(until: end) {}
        return result
    }
}
