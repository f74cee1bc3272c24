import ArgumentParser
import CommandLineSupport
import Foundation

/// The command line, `sapool VERB`.
///
/// Loading libtorch alone takes a fifth of a second, which planning does not need. So this program answers the verbs that do without
/// it, and becomes `sapool-torch`, which lies beside it and knows every verb, for anything else.
@main
enum Sapool {
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if arguments.first == Plan.configuration.commandName { return LightVerbs.main(arguments) }
        guard let own = Bundle.main.executableURL?.resolvingSymlinksInPath() else {
            note("sapool: cannot tell where it lies, and so where sapool-torch is")
            exit(1)
        }
        let program = own.deletingLastPathComponent().appendingPathComponent("sapool-torch").path
        var words = (["sapool"] + arguments).map { strdup($0) } + [nil]
        execv(program, &words)
        note("sapool: cannot run \(program): build the whole package (make build)")
        exit(1)
    }
}

/// The verbs that need no libtorch.
private struct LightVerbs: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "sapool", subcommands: [Plan.self])
}
