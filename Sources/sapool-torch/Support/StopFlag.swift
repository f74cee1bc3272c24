import CommandLineSupport
import Dispatch
import Foundation
import Synchronization

/// Ctrl-C, SIGTERM and SIGHUP (a terminal that is closed) as a question: the first asks for a stop after the current step, a second
/// Ctrl-C or SIGTERM ends the process.
final class StopFlag: Sendable {
    private let isSet = Atomic<Bool>(false)

    /// Whether somebody has asked for a stop.
    var isRaised: Bool { isSet.load(ordering: .relaxed) }

    /// Listens for the rest of the process.
    ///
    /// - Parameter speaks: whether to tell people when it is asked.
    func listen(speaks: Bool = true) -> [any DispatchSourceSignal] {
        [SIGINT, SIGTERM, SIGHUP].compactMap { number -> (any DispatchSourceSignal)? in
            let before = unsafeBitCast(signal(number, SIG_IGN), to: Int.self)
            // Whoever starts a program with nohup does not want it to stop.
            if number == SIGHUP, before == unsafeBitCast(SIG_IGN, to: Int.self) { return nil }
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { [self] in
                isSet.store(true, ordering: .relaxed)
                // A terminal that is closed may say so twice: its own and its shell's.
                if number != SIGHUP { signal(number, SIG_DFL) }
                if speaks { note("stopping after this step; once more ends at once") }
            }
            source.resume()
            return source
        }
    }
}
