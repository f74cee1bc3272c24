import Foundation
import Reporting
import Synchronization

/// Says on standard error how far some work is: a line that moves on a terminal, a plain line every half a minute elsewhere.
package final class ProgressLine: Sendable {
    private struct State {
        var lastShown = ContinuousClock.now
        var stage = ""
    }

    private let isTerminal: Bool
    private let state = Mutex(State())

    package init() {
        isTerminal = isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    }

    /// Tells that a stage of the work begins: at once, as a plain line where there is no terminal.
    package func begin(_ stage: String) {
        state.withLock { state in
            (state.stage, state.lastShown) = (stage, .now)
            if isTerminal { move(stage, share: nil) } else { note(stage) }
        }
    }

    /// Tells how far the stage is. Most calls show nothing.
    package func advance(_ done: Int, of all: Int) {
        show(share: Double(done) / Double(max(1, all))) { "\($0): \(grouped(done)) of \(grouped(all))" }
    }

    /// Tells how far the work is, in the caller's words. Most calls show nothing, and do not ask for them.
    ///
    /// - Parameters:
    ///   - share: from 0 to 1; nil where nobody knows.
    ///   - text: gets the stage's name.
    package func show(share: Double?, _ text: (String) -> String) {
        state.withLock { state in
            guard ContinuousClock.now - state.lastShown > (isTerminal ? .milliseconds(200) : .seconds(30)) else {
                return
            }
            state.lastShown = .now
            let words = text(state.stage)
            if isTerminal { move(words, share: share) } else { note(words) }
        }
    }

    /// Removes the line that moves.
    package func end() { if isTerminal { StandardStreams.moveLine(nil) } }

    /// The last column stays free: some terminals begin a new line when it is filled.
    private func move(_ text: String, share: Double?) {
        StandardStreams.moveLine(Self.line(text.printableName, share: share, columns: TerminalWidth.columns - 1))
    }

    /// A bar, as far as there is room for one, and the text.
    package static func line(_ text: String, share: Double?, columns: Int) -> String {
        let room = min(20, columns - 1 - TerminalWidth.columns(of: text))
        guard let share, room >= 5 else { return TerminalWidth.fitted(text, to: columns) }
        let filled = Int((Double(room) * min(max(share, 0), 1)).rounded(.down))
        return String(repeating: "█", count: filled) + String(repeating: "░", count: room - filled) + " " + text
    }
}
