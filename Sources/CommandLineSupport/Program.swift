import ArgumentParser
import Networks

/// Runs a verb from its arguments to the process's end.
package enum Program {
    /// Parses arguments, runs the verb that they name, and ends the process: 0 done, 1 failed, 64 wrong usage.
    package static func main(_ root: any ParsableCommand.Type, _ arguments: [String]) -> Never {
        StandardStreams.prepare()
        do {
            try explainResuming(arguments)
            try refuseUnknownVerb(arguments, root)
            var command = try root.parseAsRoot(arguments)
            try command.run()
        } catch {
            end(error, root)
        }
        StandardStreams.end(0)
    }

    /// Other programs have a verb for it, or take the run's folder behind `--resume`.
    private static func explainResuming(_ arguments: [String]) throws {
        let run: String?
        if arguments.first == "resume" {
            run = arguments.dropFirst().first { !$0.hasPrefix("-") } ?? "RUN"
        } else if arguments.first == "train" {
            let behind = arguments.firstIndex(of: "--resume").map { arguments[($0 + 1)...].first }
            let joined = arguments.first { $0.hasPrefix("--resume=") }.map { String($0.dropFirst(9)) }
            run = joined ?? behind.flatMap { $0 }.flatMap { $0.hasPrefix("-") ? nil : $0 }
        } else {
            run = nil
        }
        guard let run else { return }
        throw ValidationError(
            "A run goes on with: sapool train --resume --output \(run), and with the same options where any are given.")
    }

    /// The parser would only say that there is an argument too many.
    private static func refuseUnknownVerb(_ arguments: [String], _ root: any ParsableCommand.Type) throws {
        let words = arguments.first == "help" ? arguments.dropFirst() : arguments[...]
        let verbs = root.configuration.subcommands.map {
            $0.configuration.commandName ?? String(describing: $0).lowercased()
        }
        guard let word = words.first, !word.hasPrefix("-"), word != "help", !verbs.contains(word) else { return }
        let question = Suggestion.question(for: word, among: verbs)
        throw ValidationError("unknown verb \"\(word)\"\(question): known are \(verbs.joined(separator: ", "))")
    }

    private static func end(_ error: any Error, _ root: any ParsableCommand.Type) -> Never {
        let status = root.exitCode(for: error).rawValue
        let text = root.fullMessage(for: error, columns: nil)
        if text.isEmpty { StandardStreams.end(status) }
        if status == 0 {
            print(text)
        } else {
            // Some failures hold a tool's own lines. Indented, none that comes from outside can pass for a line of this program.
            let isUsage = status == ExitCode.validationFailure.rawValue
            note(isUsage ? text : text.replacing("\n", with: "\n  "))
        }
        StandardStreams.end(status)
    }
}
