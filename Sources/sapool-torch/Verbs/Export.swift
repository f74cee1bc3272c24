import ArgumentParser
import CommandLineSupport
import Interchange
import Networks
import Training

struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes a trained network for other programs.",
        discussion: """
            safetensors: the weights under the authors' names, with the network and the classes in the metadata.

              sapool export runs/a --format safetensors --output a.safetensors
              sapool export runs/a --weights best --format safetensors \\
                  --output best.safetensors
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case safetensors }

    @Argument(help: ArgumentHelp("The run's folder.", valueName: "run"))
    var folder: String
    @Option(help: "safetensors.")
    var format: Format
    @Option(help: ArgumentHelp("The file to write.", valueName: "file"))
    var output: String
    @Option(help: "model (the last finished epoch), best or last (the last checkpoint).")
    var weights = TrainedModel.Weights.model

    func run() throws {
        let run = RunFolder(folder)
        let (configuration, network) = try RunConfiguration.read(from: run)
        let (state, path) = try TrainedModel.state(of: run, weights)
        let mapping = WeightMapping(state, to: network.parameters)
        try mapping.requireComplete(path)
        switch format {
        case .safetensors:
            let metadata = [
                "format": "pt", "network": network.name, "input": "\(network.inputShape)",
                "classes": configuration.classNames.joined(separator: ","),
            ]
            try Safetensors(mapping.matched.map { ($0.name, $0.tensor) }, metadata: metadata).write(to: output)
            print("\(output): \(mapping.matched.count) tensors")
        }
    }
}
