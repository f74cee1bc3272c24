import Foundation
import Synchronization

/// Standard output and standard error: the one door through which the program speaks.
///
/// Standard error is for people, and what cannot be written there is dropped: work goes on. Standard output holds results; once one of
/// them cannot be written, the work is still done, and the process then ends with status 1 and a sentence.
package enum StandardStreams {
    private struct State {
        /// The system's number of what went wrong with standard output.
        var failure: Int32?
        /// Whether a line that moves stands on the terminal.
        var hasMovingLine = false
    }

    private static let state = Mutex(State())
    private static let clearLine = Array("\r\u{1B}[K".utf8)

    /// To be called before anything else.
    ///
    /// A stream that the caller has closed is opened again: otherwise the next file would get its number, and lines for people would
    /// go into that file. Writing to a pipe that nobody reads, or beyond a limit on file sizes, becomes an error of that call.
    package static func prepare() {
        for (descriptor, direction) in [
            // Results cannot be written to a stream that is closed; lines for people may vanish.
            (STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_WRONLY),
        ] where fcntl(descriptor, F_GETFD) < 0 && errno == EBADF {
            let opened = open("/dev/null", direction)
            guard opened >= 0, opened != descriptor else { continue }
            dup2(opened, descriptor)
            close(opened)
        }
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
    }

    /// Writes a part of the result.
    ///
    /// Where it goes to a pipe whose reader has had enough, the process ends as the system's own tools do, without a word.
    static func writeOutput(_ text: String) {
        state.withLock { state in
            clear(&state)
            guard state.failure == nil, let number = write(Array(text.utf8), to: STDOUT_FILENO) else { return }
            if number == EPIPE { endByBrokenPipe() }
            state.failure = number
        }
    }

    /// Writes something for people.
    static func writeNote(_ text: String) {
        state.withLock { state in
            clear(&state)
            _ = write(Array(text.utf8), to: STDERR_FILENO)
        }
    }

    /// Shows a line on the terminal that the next one replaces; nil removes it.
    static func moveLine(_ text: String?) {
        state.withLock { state in
            clear(&state)
            guard let text else { return }
            _ = write(Array(text.utf8), to: STDERR_FILENO)
            state.hasMovingLine = true
        }
    }

    /// Ends the process.
    ///
    /// - Parameter status: how it ends where all results could be written.
    static func end(_ status: Int32) -> Never {
        let failure: Int32? = state.withLock { state in
            clear(&state)
            // Some file systems tell of a full disk only now.
            let isLost = fflush(nil) != 0 || close(STDOUT_FILENO) != 0
            return state.failure ?? (isLost && [ENOSPC, EDQUOT, EIO].contains(errno) ? errno : nil)
        }
        if let failure {
            writeNote(
                "Error: cannot write the results to standard output: \(String(cString: strerror(failure))); give them another place\n"
            )
        }
        exit(failure != nil && status == 0 ? 1 : status)
    }

    private static func clear(_ state: inout State) {
        guard state.hasMovingLine else { return }
        _ = write(clearLine, to: STDERR_FILENO)
        state.hasMovingLine = false
    }

    /// Writes all bytes.
    ///
    /// - Returns: nil, or the system's number of what went wrong.
    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
        bytes.withUnsafeBytes { raw in
            var done = 0
            while done < raw.count {
                let count = Foundation.write(descriptor, raw.baseAddress.map { $0 + done }, raw.count - done)
                if count > 0 {
                    done += count
                } else if count < 0, errno == EAGAIN {
                    // Somebody else has made the stream one that does not wait.
                    var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&wanted, 1, 1000)
                } else if count == 0 || errno != EINTR {
                    return count == 0 ? EIO : errno
                }
            }
            return nil
        }
    }

    private static func endByBrokenPipe() -> Never {
        signal(SIGPIPE, SIG_DFL)
        raise(SIGPIPE)
        exit(128 + SIGPIPE)
    }
}
