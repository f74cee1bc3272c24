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
        StandardStreams.prepare()
        let arguments = Array(CommandLine.arguments.dropFirst())
        // What an import is checked with are photographs, which a network has to look at.
        let isChecked = arguments.contains { $0 == "--check" || $0.hasPrefix("--check=") }
        if !isChecked, LightVerbs.names.contains(arguments.first ?? "") { Program.main(LightVerbs.self, arguments) }
        guard let own = Bundle.main.executableURL?.resolvingSymlinksInPath() else {
            note("sapool: cannot tell where it lies, and so where sapool-torch is")
            exit(1)
        }
        waitWithoutSpinning()
        let program = own.deletingLastPathComponent().appendingPathComponent("sapool-torch").path
        var words = (["sapool"] + arguments).map { strdup($0) } + [nil]
        execv(program, &words)
        note("sapool: cannot run \(program): build the whole package (make build)")
        exit(1)
    }

    /// Has libtorch's threads sleep while they wait for each other.
    ///
    /// By default GNU OpenMP spins, so one busy neighbour on the processor makes training ten times slower and more. It reads these
    /// variables when it is loaded, so they are set before that; a choice of the user's stands.
    private static func waitWithoutSpinning() {
        guard getenv("OMP_WAIT_POLICY") == nil else { return }
        setenv("GOMP_SPINCOUNT", "1000", 0)
    }
}

/// The verbs that need no libtorch.
private struct LightVerbs: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sapool", subcommands: [Plan.self, Search.self, Import.self])

    static var names: [String] { configuration.subcommands.compactMap { $0.configuration.commandName } }
}
