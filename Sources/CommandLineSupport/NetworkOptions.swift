import ArgumentParser
import Networks

/// A network by name, and what its name leaves open.
package struct NetworkOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("The network: a name in either notation, or the path of its JSON form.", valueName: "network"))
    package var positional: String?

    @Option(name: .customLong("network"), help: "The same, as an option.")
    var named: String?

    @Option(help: ArgumentHelp("Side of the images, in pixels (default: 224).", valueName: "pixels"))
    var resolution: Int?

    @Option(help: "Channels of the images: 3 or 1 (default: 3).")
    var channels: Int?

    @Option(help: "Classes that the network tells apart (default: 10).")
    var classes: Int?

    @Option(help: "Width of a MobileNetV2.")
    package var width: Double = 1

    package init() {}

    /// The name, however it was given.
    package func name() throws -> String {
        switch (positional, named) {
        case (let name?, nil), (nil, let name?): return name
        case (nil, nil): throw ValidationError("Name a network, for example mobilenet_v2-nlp_headfix2-1222121.")
        case (_?, _?): throw ValidationError("Name the network once: as an argument or with --network.")
        }
    }

    /// The network. A JSON form says everything itself, and options that say otherwise are refused.
    package func network() throws -> Network {
        let name = try name()
        guard name.hasSuffix(".json") else {
            let side = resolution ?? 224
            guard (1...8192).contains(side) else { throw ValidationError("--resolution \(side): use 1 to 8192 pixels.") }
            guard (1...1_000_000).contains(classes ?? 10) else { throw ValidationError("--classes \(classes ?? 10): use 1 or more.") }
            guard (1...1024).contains(channels ?? 3) else { throw ValidationError("--channels \(channels ?? 3): use 1 or 3.") }
            return try Network(notation: name, input: [channels ?? 3, side, side], classes: classes ?? 10, width: width)
        }
        let network = try Network(jsonFile: name)
        let shape = network.inputShape
        for (option, given, stored) in [
            ("--resolution", resolution, shape.height), ("--channels", channels, shape.channels),
            ("--classes", classes, network.outputShape.channels),
        ] {
            if let given, given != stored {
                throw ValidationError("\(option) \(given) contradicts \(name), which says \(stored): leave the option out.")
            }
        }
        return network
    }

    /// The width that the network has: of a MobileNetV2 in our notation, what its name says.
    package func builtWidth() throws -> Double {
        let name = try name()
        guard !name.hasSuffix(".json"), !ReferenceNotation.matches(name) else { return width }
        return (try OwnNotation(name, width: width).backbone as? MobileNetV2)?.width ?? width
    }
}
