#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Processor time of this thread that `body` takes, in seconds.
///
/// Tests run beside each other and on machines of every speed: time on the wall says as much about those as about the
/// code. What other threads do, and waiting, is not counted.
///
/// ```swift
/// XCTAssertLessThan(processorSeconds { XCTAssertEqual(problem(hostile), "is too long") }, 2)
/// ```
public func processorSeconds(_ body: () throws -> Void) rethrows -> Double {
    func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
    let start = now()
    try body()
    return now() - start
}
