import CTorch
import Torch
import XCTest

extension XCTestCase {
    /// Asserts that one of the project's own kernels runs on as many threads as are set, forwards and backwards, for one
    /// number of threads after the other.
    ///
    /// On a busy machine the second thread may wake when all is done. So a thread has half a minute to take part once,
    /// and in ten calls there is never one too many.
    ///
    /// - Parameter forward: calls the kernel, and no other behind it; something that it takes requires a gradient.
    func assertRunsOnAsManyThreadsAsAreSet(
        _ counts: [Int], file: StaticString = #filePath, line: UInt = #line, _ forward: () throws -> Tensor
    ) rethrows {
        let before = Torch.threads
        defer { Torch.threads = before }
        func most(of threads: Int, _ call: () throws -> Void) rethrows -> Int {
            let end = ContinuousClock.now + .seconds(30)
            var (calls, most) = (0, 0)
            while calls < 10 || most < threads && ContinuousClock.now < end {
                try call()
                calls += 1
                most = max(most, Int(ct_kernel_threads()))
            }
            return most
        }
        for threads in counts {
            Torch.threads = threads
            XCTAssertEqual(try most(of: threads) { _ = try forward() }, threads, "forward", file: file, line: line)
            XCTAssertEqual(
                try most(of: threads) { try forward().sum().backward() }, threads, "backward", file: file, line: line)
        }
    }
}
