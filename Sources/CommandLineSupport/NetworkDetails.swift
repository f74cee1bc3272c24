import ArgumentParser
import Files
import Foundation
import Networks

/// What the name of a network leaves open: the image's shape, the classes, a MobileNet's width.
package struct NetworkDetails: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Side of the images, in pixels, or their rows and columns as 49x10 (default: 224).", valueName: "pixels"))
    var resolution: ImageSides?

    @Option(help: "Channels of the images: 3 or 1 (default: 3).")
    var channels: Int?

    @Option(help: "Classes that the network tells apart (default: 10).")
    var classes: Int?

    @Option(name: .customLong("width"), help: "Width of a MobileNet V1 or V2 (default: 1).")
    var stated: Double?

    /// What a MobileNet's channels are multiplied by.
    package var width: Double { stated ?? 1 }

    package init() {}

    /// The network of a name. A JSON form says everything itself, and options that say otherwise are refused.
    package func network(named given: String) throws -> Network {
        let name = Self.folderFile(given) ?? given
        guard Network.isJSONFile(name) else {
            let sides = resolution ?? ImageSides(224)
            try sides.check()
            guard (1...1_000_000).contains(classes ?? 10) else {
                throw ValidationError("--classes \(classes ?? 10): use 1 or more.")
            }
            guard (1...1024).contains(channels ?? 3) else {
                throw ValidationError("--channels \(channels ?? 3): use 1 or 3.")
            }
            return try Network(
                notation: name, input: Shape(channels ?? 3, sides.size), classes: classes ?? 10, width: width)
        }
        guard stated == nil else {
            throw ValidationError("--width is for networks by name, and \(name) says its own: leave it out.")
        }
        let network = try Network(jsonFile: name)
        let shape = network.inputShape
        for (option, given, stored) in [
            ("--resolution", resolution?.description, ImageSides(shape.size).description),
            ("--channels", channels?.description, shape.channels.description),
            ("--classes", classes?.description, network.classCount.description),
        ] {
            if let given, given != stored {
                throw ValidationError(
                    "\(option) \(given) contradicts \(name), which says \(stored): leave the option out.")
            }
        }
        return network
    }

    /// An option that was given, if any.
    var given: String? {
        [
            ("--resolution", resolution != nil), ("--channels", channels != nil), ("--classes", classes != nil),
            ("--width", stated != nil),
        ].first { $0.1 }?.0
    }

    /// The JSON form in a folder of an import or of a run, where a name is none of a network.
    static func folderFile(_ name: String) -> String? {
        let file = name + "/" + RunFiles.network
        guard !Network.isJSONFile(name), FileManager.default.fileExists(atPath: file) else { return nil }
        let isNotation = (try? Network(notation: name, input: [3, 224, 224], classes: 10)) != nil
        return isNotation ? nil : file
    }
}
