#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The system's text for the last failed call on this thread, such as “No such file or directory”.
package func lastSystemError() -> String {
    String(cString: strerror(errno))
}

/// Repeats a system call for as long as a signal interrupts it.
package func retryingInterrupts<Result: SignedInteger>(_ call: () -> Result) -> Result {
    while true {
        let result = call()
        if result != -1 || errno != EINTR { return result }
    }
}

/// The most that one call reads or writes; some systems refuse 2 GiB and more.
package let largestTransfer = 1 << 30
