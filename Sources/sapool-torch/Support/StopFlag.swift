import CommandLineSupport
import Dispatch
import Foundation
import Synchronization

/// Ctrl-C and SIGTERM as a question: the first asks for a stop after the current step, the second ends the process.
final class StopFlag: Sendable {
    private let isSet = Atomic<Bool>(false)

    /// Whether somebody has asked for a stop.
    var isRaised: Bool { isSet.load(ordering: .relaxed) }

    /// Listens for the rest of the process.
    ///
    /// - Parameter speaks: whether to tell people when it is asked.
    func listen(speaks: Bool = true) -> [any DispatchSourceSignal] {
        [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { [self] in
                isSet.store(true, ordering: .relaxed)
                signal(number, SIG_DFL)
                if speaks { note("stopping after this step; once more ends at once") }
            }
            source.resume()
            return source
        }
    }
}
