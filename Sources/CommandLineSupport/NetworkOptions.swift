import ArgumentParser
import Networks

/// A network by name, and what its name leaves open.
package struct NetworkOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "The network: a name in either notation, or the path of its JSON form.", valueName: "network"))
    package var positional: String?

    @Option(name: .customLong("network"), help: "The same, as an option.")
    var named: String?

    @OptionGroup var details: NetworkDetails

    package init() {}

    /// Width of a MobileNetV2 whose name does not give one.
    package var width: Double { details.width }

    /// The name, however it was given.
    package func name() throws -> String {
        switch (positional, named) {
        case (let name?, nil), (nil, let name?): return name
        case (nil, nil): throw ValidationError("Name a network, for example mobilenet_v2-nlp_headfix2-1222121.")
        case (_?, _?): throw ValidationError("Name the network once: as an argument or with --network.")
        }
    }

    /// The network. A JSON form says everything itself, and options that say otherwise are refused.
    package func network() throws -> Network { try details.network(named: name()) }

    /// The width that the network has: of a MobileNetV2 in our notation, what its name says.
    package func builtWidth() throws -> Double {
        let name = try name()
        guard !name.hasSuffix(".json"), !ReferenceNotation.matches(name) else { return width }
        return (try OwnNotation(name, width: width).backbone as? MobileNetV2)?.width ?? width
    }
}
